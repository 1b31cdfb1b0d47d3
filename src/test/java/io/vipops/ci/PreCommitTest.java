package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .pre-commit-hooks.yaml}, fetched and run by the real pre-commit at each commit. */
@Tag("root")
class PreCommitTest {
  private static final Path CLASSIC = Path.of("examples/classic/cluster.yaml").toAbsolutePath();

  @TempDir private Path dir;
  private Path work;
  private String good;

  @BeforeEach
  void aRepositoryThatUsesTheHook() throws Exception {
    good = Files.readString(CLASSIC);
    Path ours = repository("vipops");
    Files.copy(Path.of(".pre-commit-hooks.yaml"), ours.resolve(".pre-commit-hooks.yaml"));
    Ran.well(ours, "git", "add", "-A");
    Ran.well(ours, "git", "commit", "-q", "-m", "release");
    String release = Ran.well(ours, "git", "rev-parse", "HEAD").strip();
    work = repository("lb");
    use(ours, release, "");
    assertThat(ran("pre-commit", "install").code()).isZero();
  }

  private Path repository(String name) throws Exception {
    Ran.well(dir, "git", "init", "-q", "-b", "main", name);
    return dir.resolve(name);
  }

  private void use(Path ours, String release, String more) throws Exception {
    Files.writeString(
        work.resolve(".pre-commit-config.yaml"),
        """
        repos:
          - repo: %s
            rev: %s
            hooks:
              - id: vipops-validate
        %s"""
            .formatted(ours, release, more));
  }

  private Ran ran(String... command) throws Exception {
    Path cache = dir.resolve("cache");
    return Ran.in(work, Map.of("PRE_COMMIT_HOME", cache.toString()), List.of(command));
  }

  private Ran commit() throws Exception {
    Ran.well(work, "git", "add", "-A");
    return ran("git", "commit", "-m", "change");
  }

  @Test
  void aGoodSpecIsCommittedAndABadOneIsNot() throws Exception {
    Files.writeString(work.resolve("cluster.yaml"), good);
    Ran first = commit();
    assertThat(first.code()).as(first.output()).isZero();
    assertThat(first.output()).containsPattern("vipops validate\\.+Passed");

    Files.writeString(work.resolve("cluster.yaml"), good.replace("lb02: 90", "lb02: 100"));
    Ran second = commit();
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.output())
        .containsPattern("vipops validate\\.+Failed")
        .containsPattern("cluster\\.yaml:\\d+:\\d+: error");
    assertThat(Ran.well(work, "git", "rev-list", "--count", "HEAD").strip()).isEqualTo("1");
  }

  /** What is staged counts, not what lies in the working tree. */
  @Test
  void aMendedFileThatIsNotStagedDoesNotHelp() throws Exception {
    Files.writeString(work.resolve("cluster.yaml"), "version: 1\n");
    Ran.well(work, "git", "add", "-A");
    Files.writeString(work.resolve("cluster.yaml"), good);
    assertThat(ran("git", "commit", "-m", "change").code()).isEqualTo(1);
    assertThat(work.resolve("cluster.yaml")).hasContent(good);
  }

  @Test
  void aFolderIsCheckedWholeAndOnlyWhenYamlChanges() throws Exception {
    String config = Files.readString(work.resolve(".pre-commit-config.yaml"));
    Files.writeString(
        work.resolve(".pre-commit-config.yaml"),
        config + "        args: [lb]\n        files: ^lb/.*\\.yaml$\n");
    Files.createDirectory(work.resolve("lb"));
    int cut = good.indexOf("upstreams:");
    Files.writeString(work.resolve("lb/pair.yaml"), good.substring(0, cut));
    Files.writeString(work.resolve("lb/traffic.yaml"), good.substring(cut));
    Ran whole = commit();
    assertThat(whole.code()).as(whole.output()).isZero();
    assertThat(whole.output()).containsPattern("vipops validate\\.+Passed");

    Files.writeString(work.resolve("README.md"), "our balancers\n");
    assertThat(commit().output()).containsPattern("vipops validate\\.+.*Skipped");

    Files.writeString(work.resolve("lb/traffic.yaml"), "");
    Ran bad = commit();
    assertThat(bad.code()).as(bad.output()).isEqualTo(1);
  }
}
