package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Command;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans in a repository that the real git made. */
class PlanRepositoryTest {
  private static final Path CLASSIC = Path.of("examples/classic/cluster.yaml");

  @TempDir private Path folder;
  private Path repository = Path.of("");
  private String spec = "";
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void commitTheClassicPair() throws Exception {
    repository = Files.createDirectories(folder.resolve("lb"));
    git("init", "-q", "-b", "main");
    spec = Files.readString(CLASSIC);
    commit("cluster.yaml", spec, "the classic pair");
  }

  @Test
  void theWorkingTreeIsComparedWithHead() throws Exception {
    write("cluster.yaml", spec.replace("      - 10.0.0.104:80\n", ""));

    assertThat(plan("cluster.yaml", null)).isEqualTo(2);
    assertThat(out.toString())
        .startsWith("cluster.yaml (on disk) against HEAD " + head() + " \"the classic pair\"\n")
        .contains("lb01  reload  VIP web: stays · nginx: 1 reload · backend −1 server (10.0.0.104)")
        .contains("-        server 10.0.0.104:80;");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutDetailedExitcodeDifferencesAreNoFailure() throws Exception {
    write("cluster.yaml", spec.replace("      - 10.0.0.104:80\n", ""));

    assertThat(run("cluster.yaml", "HEAD", null, false)).isZero();
  }

  @Test
  void withoutDifferencesItEndsWithZero() throws Exception {
    write("cluster.yaml", "# a word\n" + spec);

    assertThat(plan("cluster.yaml", "HEAD")).isZero();
    assertThat(out.toString()).contains("no change: every node keeps its generation");
  }

  @Test
  void oneRevisionIsComparedWithAnother() throws Exception {
    git("tag", "v1");
    commit("cluster.yaml", spec.replace("lb01: 100", "lb01: 95"), "less");

    assertThat(plan("main:cluster.yaml", "v1")).isEqualTo(2);
    assertThat(out.toString())
        .startsWith("main:cluster.yaml " + head() + " \"less\" against v1 ")
        .contains("VIP web: priority 100→95, stays");
  }

  @Test
  void aRevisionMayHaveTheSpecElsewhere() throws Exception {
    git("tag", "v1");
    git("mv", "cluster.yaml", "web.yaml");
    commit("other.txt", "", "move");

    assertThat(plan("web.yaml", "v1:cluster.yaml")).isZero();
    assertThat(out.toString()).startsWith("web.yaml (on disk) against v1:cluster.yaml ");
    assertThat(plan("HEAD:web.yaml", "v1:cluster.yaml")).isZero();
  }

  @Test
  void whereThereWasNoSpecEverythingIsNew() throws Exception {
    commit("web.yaml", spec, "another");

    assertThat(plan("web.yaml", "HEAD~1")).isEqualTo(2);
    assertThat(out.toString())
        .startsWith("web.yaml (on disk) against nothing\nnote: web.yaml does not exist at HEAD~1 ")
        .contains("lb01  VIP change  new node · VIP web: new (10.0.0.50/24)");
  }

  @Test
  void anInvalidCommitIsPassedOverLikeTheAgentsDo() throws Exception {
    String good = head();
    commit("cluster.yaml", spec.replace("port: 80", "prot: 80"), "typing error");
    write("cluster.yaml", spec);

    assertThat(plan("cluster.yaml", "HEAD")).isZero();
    assertThat(out.toString())
        .startsWith("cluster.yaml (on disk) against " + good + " \"the classic pair\"\n")
        .contains("note: HEAD " + head() + " \"typing error\" is not valid (cluster.yaml:36 ")
        .contains("agents refuse it and keep the last valid commit before it");
  }

  @Test
  void aFolderOfASubfolderIsComparedWithItself() throws Exception {
    String[] halves = spec.split("\nupstreams:\n");
    Files.createDirectories(repository.resolve("sites/web"));
    write("sites/web/10-vrrp.yaml", halves[0] + "\n");
    commit("sites/web/20-traffic.yaml", "upstreams:\n" + halves[1], "in two files");
    write("sites/web/20-traffic.yaml", "upstreams:\n" + halves[1].replace("port: 80", "port: 81"));

    assertThat(plan("sites/web", null)).isEqualTo(2);
    assertThat(out.toString()).contains("opens 0.0.0.0:81, closes 0.0.0.0:80");
  }

  @Test
  void aPathIsMeantBeforeABranchOfItsName() throws Exception {
    git("branch", "old.yaml");
    write("old.yaml", spec.replace("lb01: 100", "lb01: 95"));

    assertThat(plan("cluster.yaml", "old.yaml")).isEqualTo(2);
    assertThat(out.toString()).startsWith("cluster.yaml (on disk) against old.yaml (on disk)\n");
  }

  @Test
  void aLinkedWorktreeIsARepository() throws Exception {
    git("worktree", "add", "-q", "-b", "next", folder.resolve("next").toString());
    repository = folder.resolve("next");

    assertThat(plan("cluster.yaml", null)).isZero();
    assertThat(out.toString()).startsWith("cluster.yaml (on disk) against HEAD ");
  }

  @Test
  void oneNodeAloneIsShownOnDemand() throws Exception {
    write("cluster.yaml", spec.replace("lb01: 100", "lb01: 95"));

    assertThat(run("cluster.yaml", "HEAD", "lb02", true)).isEqualTo(2);
    assertThat(out.toString()).contains("lb02  reload").doesNotContain("lb01  reload");
  }

  @Test
  void anUnknownNodeGetsASuggestion() {
    assertThat(run("cluster.yaml", "HEAD", "lb2", true)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("error: neither side has a node lb2: did you mean lb02?\n");
  }

  @Test
  void aNewSideThatIsNotValidShowsItsProblemsAsValidateDoes() throws Exception {
    write("cluster.yaml", spec.replace("port: 80", "prot: 80"));

    assertThat(plan("cluster.yaml", "HEAD")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("cluster.yaml:36:10: error [unknown-key] ")
        .contains("\n           ^\n")
        .endsWith("cluster.yaml (on disk) is not valid: no plan\n");
  }

  @Test
  void theCommentOnAnInvalidSideShowsNoPassword() throws Exception {
    String faulty =
        "virtual_router_id: 51\n    authentication: {type: pass, password: s3cr3tXY-123}";
    write("cluster.yaml", spec.replace("virtual_router_id: 51", faulty));

    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), false, false);
    PlanSides sides = new PlanSides(repository, "cluster.yaml", "HEAD", null);
    assertThat(new Planning(terminal, Planning.Format.MARKDOWN).run(sides, null, true))
        .isEqualTo(1);
    assertThat(out.toString()).contains("password: ************}").doesNotContain("s3cr3t");
  }

  @Test
  void anUnknownRevisionIsOneLine() {
    assertThat(plan("cluster.yaml", "nowhere")).isEqualTo(1);
    assertThat(err.toString()).startsWith("error: no path and no revision nowhere").hasLineCount(1);
  }

  @Test
  void whatIsNoRevisionAtAllIsOneLine() {
    assertThat(plan("cluster.yaml", "main..next")).isEqualTo(1);
    assertThat(plan("cluster.yaml", "HEAD^{tree}")).isEqualTo(1);
    assertThat(err.toString()).hasLineCount(2).doesNotContain("Exception");
  }

  @Test
  void aMissingPathIsOneLine() {
    assertThat(plan("cluster.yml", "HEAD")).isEqualTo(1);
    assertThat(plan("HEAD:cluster.yml", "HEAD")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "error: cluster.yml: no such file or folder\n"
                + "error: cluster.yml does not exist at HEAD\n");
  }

  @Test
  void anOldPathThatIsNotThereIsNoEmptySpec() {
    assertThat(plan("cluster.yaml", "HEAD:cluster.yml")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("error: cluster.yml does not exist at HEAD\n");
  }

  @Test
  void aFormOfRevisionThatIsNotReadIsNamedAsSuch() {
    assertThat(plan("cluster.yaml", "main@{yesterday}")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "error: revision main@{yesterday}: this form of revision is not supported: give a SHA,"
                + " branch, tag, or REV~N\n");
  }

  @Test
  void whereAShallowCloneEndsItSaysSo() throws Exception {
    commit("cluster.yaml", spec.replace("port: 80", "prot: 80"), "typing error");
    String origin = "file://" + repository;
    git("clone", "-q", "--depth=1", origin, folder.resolve("shallow").toString());
    repository = folder.resolve("shallow");
    write("cluster.yaml", spec);

    assertThat(plan("cluster.yaml", "HEAD~1")).isEqualTo(1);
    assertThat(plan("cluster.yaml", "HEAD")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(2)
        .startsWith("error: no path and no revision HEAD~1: history ends here in a shallow clone")
        .endsWith(
            "error: neither "
                + head()
                + " nor what came after it is valid, and history ends here: git fetch"
                + " --unshallow\n");
  }

  @Test
  void aNodeThatWasOnHoldBeforeIsNamed() throws Exception {
    commit("cluster.yaml", onHold(), "hold");

    assertThat(plan("cluster.yaml", "HEAD")).isZero();
    assertThat(out.toString())
        .contains("note: lb01 is on hold since before HEAD: what runs there is not known here");
  }

  @Test
  void outsideOfARepositoryOneLineSaysWhatToDo() throws Exception {
    repository = Files.createDirectories(folder.resolve("elsewhere"));
    write("cluster.yaml", spec);

    assertThat(plan("cluster.yaml", null)).isEqualTo(1);
    assertThat(plan("cluster.yaml", "HEAD")).isEqualTo(1);
    assertThat(plan("HEAD:cluster.yaml", "HEAD")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(3)
        .startsWith("error: cluster.yaml lies in no Git repository: say --against PATH\n");
  }

  @Test
  void aRepositoryWithoutACommitIsOneLine() throws Exception {
    repository = Files.createDirectories(folder.resolve("empty"));
    git("init", "-q", "-b", "main");
    write("cluster.yaml", spec);

    assertThat(plan("cluster.yaml", null)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("error: the repository has no commit yet")
        .hasLineCount(1);
  }

  @Test
  void aSubjectCannotCommandTheTerminal() throws Exception {
    commit("note.txt", "", "clear \u001b[2J the screen");

    plan("cluster.yaml", "HEAD");
    assertThat(out.toString()).contains("clear ?[2J the screen").doesNotContain("\u001b");
  }

  private String onHold() {
    String held = spec.replaceFirst("(lb01: \\{[^}]*)}", "$1, hold: true}");
    assertThat(held).isNotEqualTo(spec);
    return held;
  }

  private int plan(String path, @Nullable String against) {
    return run(path, against, null, true);
  }

  private int run(String path, @Nullable String against, @Nullable String node, boolean detailed) {
    out.getBuffer().setLength(0);
    Terminal terminal =
        new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false, false);
    // Messages name files as the user did; only here is "as the user did" absolute.
    String root = repository.toString() + "/";
    int code =
        new Planning(terminal, Planning.Format.TEXT)
            .run(new PlanSides(repository, path, against, null), node, detailed);
    String shown = out.toString().replace(root, "");
    out.getBuffer().setLength(0);
    out.write(shown);
    String errors = err.toString().replace(root, "");
    err.getBuffer().setLength(0);
    err.write(errors);
    return code;
  }

  private void write(String name, String content) throws Exception {
    Files.writeString(repository.resolve(name), content);
  }

  private void commit(String name, String content, String subject) throws Exception {
    write(name, content);
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", subject);
  }

  private String head() throws Exception {
    return git("rev-parse", "--short=7", "HEAD").strip();
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
    command.addAll(List.of("-c", "user.name=Ada", "-c", "user.email=ada@example.com"));
    command.addAll(List.of("-c", "commit.gpgsign=false"));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }
}
