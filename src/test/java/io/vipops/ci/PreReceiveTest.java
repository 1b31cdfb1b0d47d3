package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook in a bare repository, met by a real {@code git push}; needs the packaged launcher. */
@Tag("root")
class PreReceiveTest {
  private static final String GOOD = read("examples/classic/cluster.yaml");
  private static final String BAD = GOOD.replace("preempt_delay: 10s", "preempt_delay: 10");

  @TempDir private Path dir;
  private Path bare;
  private Path work;
  private Path temp;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void serverWithTheHook() throws Exception {
    bare = dir.resolve("lb.git");
    work = dir.resolve("work");
    temp = Files.createDirectory(dir.resolve("temp"));
    environment.put("TMPDIR", temp.toString());
    Ran.well(dir, "git", "init", "-q", "--bare", "-b", "main", bare.toString());
    Ran.well(dir, "git", "init", "-q", "-b", "main", work.toString());
    git("remote", "add", "origin", "file://" + bare);
    Files.copy(Path.of("examples/ci/pre-receive"), bare.resolve("hooks/pre-receive"));
  }

  @AfterEach
  void nothingStaysBehind() throws IOException {
    try (var left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String git(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Ran.well(work, command).strip();
  }

  private void write(String path, String content) throws Exception {
    Path file = work.resolve(path);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, content);
  }

  private void commit() throws Exception {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", "change");
  }

  private Ran push(String... refs) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "push", "-f", "origin"));
    command.addAll(List.of(refs));
    return Ran.in(work, environment, command);
  }

  private void accepted(String... refs) throws Exception {
    Ran push = push(refs);
    assertThat(push.code()).as(push.output()).isZero();
  }

  /** What the pusher reads, after a check that the server's refs are as they were. */
  private String refused(String... refs) throws Exception {
    String before = Ran.well(bare, "git", "for-each-ref");
    Ran push = push(refs);
    assertThat(push.code()).as(push.output()).isNotZero();
    assertThat(push.output()).contains("pre-receive hook declined");
    assertThat(Ran.well(bare, "git", "for-each-ref")).isEqualTo(before);
    return push.output();
  }

  private void pushGood() throws Exception {
    write("cluster.yaml", GOOD);
    commit();
    accepted("main");
  }

  private void serverConfig(String key, String value) throws Exception {
    Ran.well(bare, "git", "config", key, value);
  }

  @Test
  void acceptsAGoodSpecAndRefusesABadOneWithTheReport() throws Exception {
    pushGood();
    write("cluster.yaml", BAD);
    commit();
    int line = GOOD.substring(0, GOOD.indexOf("preempt_delay")).split("\n", -1).length;
    assertThat(refused("main"))
        .contains("remote: cluster.yaml:" + line + ":")
        .contains("remote: vipops: push refused: the spec of main is not valid");
  }

  @Test
  void checksAFolderAsTheNodesReadIt() throws Exception {
    serverConfig("vipops.path", "lb/");
    int cut = GOOD.indexOf("upstreams:");
    write("lb/a.yaml", GOOD.substring(0, cut));
    write("lb/traffic ümlaut.yaml", GOOD.substring(cut));
    write("lb/README.md", "not a spec");
    write("cluster.yaml", "not: read\n");
    commit();
    accepted("main");
    write("lb/.hidden.yaml", "checks: 7\n");
    commit();
    assertThat(refused("main")).contains("remote: lb/.hidden.yaml:1:");
  }

  @Test
  void checksTheWholeRepositoryAsAFolder() throws Exception {
    serverConfig("vipops.path", ".");
    pushGood();
    write("more.yaml", "cluster: other\n");
    commit();
    assertThat(refused("main")).contains("remote: more.yaml:1:");
  }

  @Test
  void checksTheNamedBranchOnly() throws Exception {
    serverConfig("vipops.branch", "production");
    write("cluster.yaml", GOOD);
    commit();
    accepted("main:refs/heads/production");
    write("cluster.yaml", BAD);
    commit();
    accepted("main", "main:refs/heads/production-next", "main:refs/tags/production");
    assertThat(refused("main:refs/heads/production"))
        .contains("the spec of production is not valid");
  }

  /** As on a server whose git still calls the first branch master. */
  @Test
  void checksTheBranchThatNodesFollowByDefaultWhateverHeadNames() throws Exception {
    Ran.well(bare, "git", "symbolic-ref", "HEAD", "refs/heads/master");
    write("cluster.yaml", BAD);
    commit();
    assertThat(refused("main")).contains("the spec of main is not valid");
    assertThat(refused("main:refs/heads/master"))
        .contains("there is no branch main to check")
        .contains("git config vipops.branch");
    serverConfig("vipops.branch", "master");
    assertThat(refused("main:refs/heads/master")).contains("the spec of master is not valid");
  }

  @Test
  void refusesAWholePushForTheOneBranchThatIsBad() throws Exception {
    pushGood();
    git("branch", "idea");
    write("cluster.yaml", BAD);
    commit();
    assertThat(refused("idea", "main")).contains("the spec of main is not valid");
  }

  @Test
  void refusesToLoseTheSpecOrItsBranch() throws Exception {
    pushGood();
    assertThat(refused(":main")).contains("main cannot be deleted");
    git("mv", "cluster.yaml", "lb.yaml");
    commit();
    assertThat(refused("main")).contains("main has no cluster.yaml: put it back");
  }

  @Test
  void refusesWhatItCannotCheck() throws Exception {
    write("cluster.yaml", GOOD);
    commit();
    Path programs = Files.createDirectory(dir.resolve("programs"));
    for (String name : List.of("git", "sh", "mktemp", "rm", "mkdir", "sed")) {
      String found = Ran.well(dir, "sh", "-c", "command -v " + name).strip();
      Files.writeString(programs.resolve(name), "#!/bin/sh\nexec " + found + " \"$@\"\n");
      assertThat(programs.resolve(name).toFile().setExecutable(true)).isTrue();
    }
    environment.put("PATH", programs.toString());
    assertThat(refused("main")).contains("vipops is not installed on this server");
    environment.put("PATH", Ran.PATH_WITH_VIPOPS);
    environment.put("VIPOPS_JAVA", dir.resolve("no-java").toString());
    assertThat(refused("main")).contains("vipops could not check the spec of main (exit code 127)");
  }

  @Test
  void followsNoSymbolicLink() throws Exception {
    Files.createSymbolicLink(work.resolve("cluster.yaml"), Path.of("/etc/hostname"));
    commit();
    assertThat(refused("main")).contains("cluster.yaml is a symbolic link");

    serverConfig("vipops.path", "lb");
    write("lb/a.yaml", GOOD);
    Files.createSymbolicLink(work.resolve("lb/b.yaml"), Path.of("/etc/hostname"));
    commit();
    assertThat(refused("main")).contains("lb/b.yaml is a symbolic link");

    git("mv", "lb", "elsewhere");
    Files.createSymbolicLink(work.resolve("lb"), Path.of("elsewhere"));
    commit();
    assertThat(refused("main")).contains("lb is a symbolic link");
    serverConfig("vipops.path", "lb/a.yaml");
    assertThat(refused("main")).contains("main has no lb/a.yaml");
  }

  @Test
  void anAttributeHidesNothing() throws Exception {
    serverConfig("vipops.path", "lb");
    write(
        ".gitattributes",
        "bad.yaml export-ignore\n*.yaml export-subst filter=none text eol=crlf\n");
    write("lb/a.yaml", GOOD);
    write("lb/bad.yaml", "checks: 7\n");
    commit();
    assertThat(refused("main")).contains("remote: lb/bad.yaml:1:");
  }

  @Test
  void namesAndSizesStayWithinBounds() throws Exception {
    serverConfig("vipops.path", "lb");
    write("lb/a.yaml", GOOD);
    write("lb/-rf $(touch x) *.yaml", "checks: 7\n");
    commit();
    assertThat(refused("main")).contains("remote: lb/-rf $(touch x) *.yaml:1:");
    git("rm", "-q", "--", "lb/-rf $(touch x) *.yaml");

    write("lb/line\nbreak.yaml", "checks: 7\n");
    commit();
    assertThat(refused("main")).contains("a file with such a name cannot be checked");

    git("rm", "-q", "lb/line\nbreak.yaml");
    write("lb/large.yaml", "#".repeat(5 << 20));
    commit();
    assertThat(refused("main")).contains("lb/large.yaml is too large: a spec has at most 4 MiB");
  }

  /** A tree that no git would write: its entry's name leads out of the folder. */
  @Test
  void anEntryCannotLeaveTheFolder() throws Exception {
    serverConfig("vipops.path", ".");
    write("evil", "checks: 7\n");
    ByteArrayOutputStream tree = new ByteArrayOutputStream();
    tree.writeBytes("100644 ../../escaped.yaml\0".getBytes(StandardCharsets.UTF_8));
    tree.writeBytes(HexFormat.of().parseHex(git("hash-object", "-w", "evil")));
    Files.write(dir.resolve("tree"), tree.toByteArray());
    String id =
        git("hash-object", "-t", "tree", "-w", "--literally", dir.resolve("tree").toString());
    String commit = git("commit-tree", "-m", "evil", id);
    assertThat(refused(commit + ":refs/heads/main")).contains("is not a file name");
    assertThat(dir.resolve("escaped.yaml")).doesNotExist();
  }
}
