package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Command;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.SpecReader.SourceFile;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
  @TempDir private Path dir;
  private Origin origin;

  @BeforeEach
  void createOrigin() throws Exception {
    origin = Origin.create(dir);
  }

  private Mirror mirror(String url) throws GitFailure {
    return Mirror.open(dir.resolve("repo"), source(url));
  }

  static AgentConfig.Source source(String url) {
    return new AgentConfig.Source(
        url,
        "main",
        "cluster.yaml",
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        null,
        null,
        null);
  }

  private static String text(SourceFile file) {
    return new String(file.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void fetchesTheHeadAndReadsAFileOfIt() throws Exception {
    String sha = origin.push("cluster.yaml", "version: 1\n");
    try (Mirror mirror = mirror(origin.url())) {
      assertThat(mirror.head()).isEqualTo(sha);
      Commit commit = mirror.fetch(sha);
      assertThat(commit).isEqualTo(new Commit(sha, "Ada <ada@example.com>", "change cluster.yaml"));
      List<SourceFile> files = mirror.read(commit, "cluster.yaml");
      assertThat(files).extracting(SourceFile::name).containsExactly("cluster.yaml");
      assertThat(text(files.get(0))).isEqualTo("version: 1\n");
    }
  }

  @Test
  void seesANewHeadWithoutBeingOpenedAgain() throws Exception {
    try (Mirror mirror = mirror(origin.url())) {
      for (int n = 0; n < 3; n++) {
        String sha = origin.push("cluster.yaml", "n: " + n);
        assertThat(mirror.head()).isEqualTo(sha);
        assertThat(text(mirror.read(mirror.fetch(sha), "cluster.yaml").get(0)))
            .isEqualTo("n: " + n);
      }
    }
  }

  @Test
  void readsTheYamlFilesOfAFolderInTheOrderOfTheirNames() throws Exception {
    origin.push("lb/b.yaml", "b");
    origin.push("lb/a.yaml", "a");
    String sha = origin.push("lb/README.md", "no spec");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThat(mirror.read(commit, "lb/"))
          .extracting(SourceFile::name)
          .containsExactly("lb/a.yaml", "lb/b.yaml");
      assertThatThrownBy(() -> mirror.read(commit, ".")).hasMessageContaining("holds no *.yaml");
    }
  }

  @Test
  void tellsWhetherOneCommitDescendsFromAnother() throws Exception {
    String first = origin.push("cluster.yaml", "1");
    String second = origin.push("cluster.yaml", "2");
    try (Mirror mirror = mirror(origin.url())) {
      mirror.fetch(second);
      assertThat(mirror.descends(second, first)).isTrue();
      assertThat(mirror.descends(second, second)).isTrue();
      origin.git("commit", "-q", "--amend", "-m", "rewritten");
      origin.git("push", "-q", "-f", "origin", "main");
      String rewritten = origin.head();
      mirror.fetch(rewritten);
      assertThat(mirror.descends(rewritten, first)).isTrue();
      assertThat(mirror.descends(rewritten, second)).isFalse();
      assertThat(mirror.descends(rewritten, "0".repeat(40))).isFalse();
    }
  }

  @Test
  void saysThatTheBranchIsMissing() throws Exception {
    try (Mirror mirror = mirror(origin.url())) {
      assertThatThrownBy(mirror::head)
          .isInstanceOf(GitFailure.class)
          .hasMessageContaining("no branch main: push it or set source.branch");
    }
  }

  @Test
  void saysThatThePathIsMissingAndThatTheCommitIsToBlame() throws Exception {
    String sha = origin.push("other.yaml", "x");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThatThrownBy(() -> mirror.read(commit, "cluster.yaml"))
          .isInstanceOfSatisfying(GitFailure.class, e -> assertThat(e.commitsFault()).isTrue())
          .hasMessage(
              "commit "
                  + sha.substring(0, 7)
                  + ": cluster.yaml does not exist: add it, or set source.path");
    }
  }

  @Test
  void saysThatTheRepositoryIsMissing() throws Exception {
    Files.createDirectories(dir.resolve("empty"));
    for (String url :
        List.of("file://" + dir.resolve("nowhere"), "file://" + dir.resolve("empty"))) {
      try (Mirror mirror = mirror(url)) {
        assertThatThrownBy(mirror::head)
            .isInstanceOfSatisfying(GitFailure.class, e -> assertThat(e.commitsFault()).isFalse())
            .hasMessageStartingWith("ls-remote " + url + ": no ")
            .hasMessageContaining("check source.url");
      }
    }
  }

  @Test
  void saysThatTheServerCannotBeReached() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (Mirror mirror = mirror("git://127.0.0.1:" + port + "/lb.git")) {
      assertThatThrownBy(mirror::head)
          .hasMessageStartingWith("ls-remote git://127.0.0.1:" + port + "/lb.git: cannot connect")
          .hasMessageContaining("check source.url");
    }
  }

  @Test
  void saysThatTheHostIsUnknown() throws Exception {
    try (Mirror mirror = mirror("git://lb.invalid/lb.git")) {
      assertThatThrownBy(mirror::head)
          .hasMessageContaining("host lb.invalid is unknown: check source.url");
    }
  }

  @Test
  void refusesAUrlThatItCannotServe() {
    assertThatThrownBy(() -> mirror("http://git.example.com/lb.git"))
        .hasMessage("source.url: scheme http is not supported: use file, git, ssh or https");
    assertThatThrownBy(() -> mirror("ssh://git@git.example.com/lb.git"))
        .hasMessageContaining("source.ssh is missing");
  }

  @Test
  void showsTheUrlWithoutCredentials() throws Exception {
    try (Mirror mirror = mirror("https://user:secret@git.example.com/lb.git")) {
      assertThat(mirror.shownUrl()).isEqualTo("https://git.example.com/lb.git");
    }
  }

  @Test
  void refusesALink() throws Exception {
    Files.createSymbolicLink(origin.work().resolve("cluster.yaml"), Path.of("/etc/passwd"));
    String sha = origin.pushAll("link");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThatThrownBy(() -> mirror.read(commit, "cluster.yaml"))
          .hasMessageContaining("is a symbolic link");
    }
  }

  @Test
  void namesTheLinkOnTheWay() throws Exception {
    origin.push("real/cluster.yaml", "x");
    Files.createSymbolicLink(origin.work().resolve("lb"), Path.of("real"));
    String sha = origin.pushAll("link");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThatThrownBy(() -> mirror.read(commit, "lb/cluster.yaml"))
          .hasMessageContaining(": lb is a symbolic link");
      assertThatThrownBy(() -> mirror.read(commit, "lb"))
          .hasMessageContaining(": lb is a symbolic link");
      assertThatThrownBy(() -> mirror.read(commit, "real/../cluster.yaml"))
          .hasMessageContaining("leads out of the repository");
    }
  }

  @Test
  void refusesAPointerIntoLfs() throws Exception {
    String sha =
        origin.push(
            "cluster.yaml",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThatThrownBy(() -> mirror.read(commit, "cluster.yaml"))
          .isInstanceOfSatisfying(GitFailure.class, e -> assertThat(e.commitsFault()).isTrue())
          .hasMessageContaining("is a Git LFS pointer: commit the file itself");
    }
  }

  @Test
  void refusesAFolderOfThousands() throws Exception {
    Files.createDirectories(origin.work().resolve("lb"));
    for (int n = 0; n < 2000; n++) {
      Files.writeString(origin.work().resolve("lb/" + n + (n < 999 ? ".yaml" : ".md")), "x");
    }
    String fits = origin.pushAll("999 of 2,000 are YAML");
    Files.writeString(origin.work().resolve("lb/a.yaml"), "x");
    Files.writeString(origin.work().resolve("lb/b.yaml"), "x");
    String sha = origin.pushAll("1,001");
    try (Mirror mirror = mirror(origin.url())) {
      assertThat(mirror.fetch(fits).sha()).isEqualTo(sha); // the branch has moved on
      Commit first = new Commit(fits, "Ada", "x");
      assertThat(mirror.read(first, "lb")).hasSize(999);
      assertThatThrownBy(() -> mirror.read(mirror.fetch(sha), "lb"))
          .hasMessageContaining("lb/b.yaml is one too many: a spec has at most 1000 files");
    }
  }

  @Test
  void aMirrorWithoutLargeFilesIsFetchedAnewBeforeItHasTooManyPacks() throws Exception {
    Command.run("git", "-C", origin.bare().toString(), "config", "uploadpack.allowFilter", "true");
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror(origin.url())) {
      mirror.fetch(sha);
    }
    Path packs = dir.resolve("repo/objects/pack");
    try (var files = Files.list(packs)) {
      for (Path file : files.toList()) {
        String end = file.toString().substring(file.toString().lastIndexOf('.'));
        for (int n = 0; n < 60; n++) {
          Files.copy(file, packs.resolve(String.format("pack-%040x%s", n, end)));
        }
      }
    }
    String next = origin.push("cluster.yaml", "2");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(next);
      assertThat(text(mirror.read(commit, "cluster.yaml").get(0))).isEqualTo("2");
      assertThat(mirror.descends(next, sha)).isTrue();
    }
    try (var files = Files.list(packs)) {
      assertThat(files.filter(file -> file.toString().endsWith(".pack")).count()).isLessThan(3);
    }
  }

  @Test
  void refusesASubmodule() throws Exception {
    origin.push("x", "x");
    origin.git("update-index", "--add", "--cacheinfo", "160000," + origin.head() + ",cluster.yaml");
    origin.git("commit", "-q", "-m", "submodule");
    origin.git("push", "-q", "origin", "main");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(origin.head());
      assertThatThrownBy(() -> mirror.read(commit, "cluster.yaml"))
          .hasMessageContaining("is a submodule");
    }
  }

  @Test
  void refusesMoreThanFourMebibytes() throws Exception {
    origin.push("lb/a.yaml", "a".repeat(CommitFiles.MAX_BYTES));
    String sha = origin.push("lb/b.yaml", "b");
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThat(mirror.read(commit, "lb/a.yaml")).hasSize(1);
      assertThatThrownBy(() -> mirror.read(commit, "lb"))
          .hasMessageContaining("lb/b.yaml is too large: a spec has at most 4 MiB");
    }
  }

  @Test
  void fetchesADamagedMirrorAnew() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror(origin.url())) {
      mirror.fetch(sha);
    }
    try (var packs = Files.walk(dir.resolve("repo/objects"))) {
      for (Path file : packs.filter(Files::isRegularFile).toList()) {
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, new byte[(int) Files.size(file)]);
      }
    }
    try (Mirror mirror = mirror(origin.url())) {
      String next = origin.push("cluster.yaml", "2");
      GitFailure damage = null;
      for (int n = 0; n < 3 && damage == null; n++) {
        try {
          mirror.read(mirror.fetch(next), "cluster.yaml");
          break;
        } catch (GitFailure e) {
          assertThat(e).hasMessageContaining("damaged");
        }
      }
      assertThat(text(mirror.read(mirror.fetch(next), "cluster.yaml").get(0))).isEqualTo("2");
    }
  }

  @Test
  void removesTheLocksOfAProcessThatWasKilled() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror(origin.url())) {
      mirror.fetch(sha);
    }
    Files.writeString(dir.resolve("repo/refs/vipops/head.lock"), "");
    String next = origin.push("cluster.yaml", "2");
    try (Mirror mirror = mirror(origin.url())) {
      assertThat(mirror.fetch(next).sha()).isEqualTo(next);
    }
  }

  @Test
  void aPackWhoseIndexAKilledProcessDidNotWriteIsFetchedAgain() throws Exception {
    String sha = origin.push("cluster.yaml", "1");
    try (Mirror mirror = mirror(origin.url())) {
      mirror.fetch(sha);
    }
    try (var files = Files.walk(dir.resolve("repo/objects/pack"))) {
      for (Path file : files.filter(it -> it.toString().endsWith(".idx")).toList()) {
        Files.delete(file);
      }
    }
    Files.delete(dir.resolve("repo/refs/vipops/head")); // which a fetch writes after both
    try (Mirror mirror = mirror(origin.url())) {
      assertThat(mirror.fetch(sha).sha()).isEqualTo(sha);
    }
  }

  @Test
  void aCommitWithoutAnAuthorWhereGitPutsItIsRefusedByName() throws Exception {
    origin.push("cluster.yaml", "1");
    String bare = origin.bare().toString();
    String tree = Command.run("git", "-C", bare, "rev-parse", "main^{tree}").strip();
    String commit =
        "tree "
            + tree
            + "\nencoding x\nauthor A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n";
    String sha =
        Command.runWithInput(
                commit,
                List.of(
                    "git",
                    "-C",
                    bare,
                    "hash-object",
                    "-t",
                    "commit",
                    "-w",
                    "--stdin",
                    "--literally"))
            .strip();
    Command.run("git", "-C", bare, "update-ref", "refs/heads/main", sha);
    try (Mirror mirror = mirror(origin.url())) {
      assertThatThrownBy(() -> mirror.fetch(sha))
          .isInstanceOf(GitFailure.class)
          .hasMessageContaining("commit " + sha.substring(0, 7) + " has no author line");
    }
  }

  @Test
  void whatAStrangerWroteIntoACommitIsFitForATerminal() throws Exception {
    Files.writeString(origin.work().resolve("cluster.yaml"), "2");
    origin.git("add", ".");
    origin.git("commit", "-q", "-m", "a\u001b[2Jb", "--author", "E\u001bve <e@example.com>");
    origin.git("push", "-q", "origin", "HEAD:main");
    String sha = Command.run("git", "-C", origin.work().toString(), "rev-parse", "HEAD").strip();
    try (Mirror mirror = mirror(origin.url())) {
      Commit commit = mirror.fetch(sha);
      assertThat(commit.subject()).isEqualTo("a?[2Jb");
      assertThat(commit.author()).isEqualTo("E?ve <e@example.com>");
    }
  }

  @Test
  void keepsTheNumberOfPacksSmallOverManyPushes() throws Exception {
    try (Mirror mirror = mirror(origin.url())) {
      for (int n = 0; n < 60; n++) {
        mirror.fetch(origin.push("cluster.yaml", "n: " + n));
      }
    }
    try (var packs = Files.walk(dir.resolve("repo/objects"))) {
      assertThat(packs.filter(file -> file.toString().endsWith(".pack")).count()).isLessThan(55);
    }
  }

  @Test
  void whatMayHoldPasswordsIsReadableByItsOwnerOnly() throws Exception {
    origin.push("cluster.yaml", "1");
    Path repo = dir.resolve("private/repo");
    AgentConfig.Source source =
        new AgentConfig.Source(
            origin.url(),
            "main",
            "cluster.yaml",
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            null,
            null,
            null);
    try (Mirror mirror = Mirror.open(repo, source)) {
      mirror.fetch(mirror.head());
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(repo)))
        .isEqualTo("rwx------");
  }
}
