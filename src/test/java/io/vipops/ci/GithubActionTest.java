package io.vipops.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The action's script, run as its one step runs it, in a checkout of one commit. */
@Tag("root")
class GithubActionTest {
  private static final Path ACTION = Path.of("examples/ci/github").toAbsolutePath();

  @TempDir private Path dir;
  private final Map<String, String> environment = new HashMap<>();
  private String good;
  private Path origin;
  private Path summary;

  @BeforeEach
  void aRepositoryWithAGoodSpec() throws Exception {
    good = Files.readString(Path.of("examples/classic/cluster.yaml"));
    origin = dir.resolve("origin");
    Ran.well(dir, "git", "init", "-q", "-b", "main", origin.toString());
    Ran.well(origin, "git", "config", "uploadpack.allowAnySHA1InWant", "true");
    commit(good);
    summary = Files.createFile(dir.resolve("summary.md"));
    environment.put("GITHUB_STEP_SUMMARY", summary.toString());
    environment.put("RUNNER_TEMP", Files.createDirectory(dir.resolve("temp")).toString());
  }

  private String commit(String spec) throws Exception {
    Files.writeString(origin.resolve("cluster.yaml"), spec);
    Ran.well(origin, "git", "add", "-A");
    Ran.well(origin, "git", "commit", "-q", "-m", "change");
    return Ran.well(origin, "git", "rev-parse", "HEAD").strip();
  }

  /** As actions/checkout does it: the newest commit alone. */
  private Path checkout() throws Exception {
    Path checkout = dir.resolve("checkout");
    Ran.well(dir, "git", "clone", "-q", "--depth=1", "file://" + origin, checkout.toString());
    return checkout;
  }

  private Ran action() throws Exception {
    Path checkout = dir.resolve("checkout");
    return Ran.in(
        Files.exists(checkout) ? checkout : checkout(),
        environment,
        List.of("sh", ACTION.resolve("check.sh").toString()));
  }

  @Test
  void githubReadsTheActionAndTheWorkflowAsTheyAreMeant() throws Exception {
    Ran tests =
        NpmTools.node(
            Map.of("FOLDER", ACTION.toString()), "--test", "src/test/npm/github.test.mjs");
    assertThat(tests.code()).as(tests.output()).isZero();
    assertThat(tests.output()).contains("pass 6").contains("fail 0").contains("skipped 0");
  }

  @Test
  void aGoodSpecPassesAndPlansNothingWithoutAnotherSide() throws Exception {
    Ran ran = action();
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(ran.output()).doesNotContain("::error").doesNotContain("::warning");
    assertThat(summary).isEmptyFile();
  }

  @Test
  void aBadSpecFailsWithAnAnnotationAtItsLine() throws Exception {
    commit(good.replace("preempt_delay: 10s", "preempt_delay: 10"));
    int line = good.substring(0, good.indexOf("preempt_delay")).split("\n", -1).length;
    environment.put("INPUT_AGAINST", "HEAD");
    Ran ran = action();
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.output()).containsPattern("(?m)^::error .*file=cluster.yaml,line=" + line + ",");
    assertThat(summary).as("no plan of a spec that is not valid").isEmptyFile();
  }

  @Test
  void aWarningFailsOnlyWhenStrict() throws Exception {
    String unused = "  spare: {servers: [10.0.0.105:80, 10.0.0.106:80]}\n\nlisteners:";
    commit(good.replace("\nlisteners:", unused));
    Ran lenient = action();
    assertThat(lenient.code()).as(lenient.output()).isZero();
    assertThat(lenient.output()).contains("::warning ");
    environment.put("INPUT_STRICT", "true");
    assertThat(action().code()).isEqualTo(1);
  }

  @Test
  void sarifIsWrittenWhetherTheSpecIsGoodOrBad() throws Exception {
    environment.put("INPUT_SARIF", "vipops.sarif");
    commit(good.replace("preempt_delay", "preempt_dely"));
    Ran ran = action();
    assertThat(ran.code()).isEqualTo(1);
    assertThat(Files.readString(dir.resolve("checkout/vipops.sarif")))
        .contains("\"2.1.0\"")
        .contains("preempt_dely");
  }

  @Test
  void aPullRequestGetsThePlanInItsSummary() throws Exception {
    String base = Ran.well(origin, "git", "rev-parse", "HEAD").strip();
    commit(good.replace("      - 10.0.0.104:80\n", ""));
    environment.put("INPUT_AGAINST", base);
    Ran ran = action();
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(summary).content().contains("10.0.0.104").contains("lb01").contains("lb02");
  }

  @Test
  void whatItCannotDoIsOneAnnotation() throws Exception {
    environment.put("INPUT_VIPOPS", "/nowhere/vipops");
    assertThat(failure()).contains("/nowhere/vipops is not on this runner");
    environment.remove("INPUT_VIPOPS");
    environment.put("INPUT_AGAINST", "0123456789012345678901234567890123456789");
    assertThat(failure()).contains("is not in the repository");
    environment.put("INPUT_AGAINST", "--output=x");
    assertThat(failure()).contains("against is not a revision");
    environment.put("INPUT_URL", "ftp://example.com/vipops.tar.gz");
    assertThat(failure()).contains("url must begin with https:// or file://");
    environment.put("INPUT_URL", "file:///nowhere");
    assertThat(failure()).contains("url needs sha256");
    environment.put("INPUT_SHA256", "0".repeat(64));
    assertThat(failure()).contains("cannot fetch the release from file:///nowhere");
  }

  private String failure() throws Exception {
    Ran ran = action();
    assertThat(ran.code()).as(ran.output()).isEqualTo(2);
    assertThat(ran.output()).containsOnlyOnce("::error title=vipops::");
    return ran.output();
  }

  @Test
  void aReleaseIsRunOnlyIfItIsTheNamedOne() throws Exception {
    Path release = dir.resolve("vipops-0.1.0-linux-amd64.tar.gz");
    Ran.well(
        Ran.VIPOPS.getParent().getParent().getParent(),
        "tar",
        "-czf",
        release.toString(),
        "--transform=s,^vipops,vipops-0.1.0,",
        "vipops");
    String sha256 =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(release)));
    // Only what a plain runner has.
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("INPUT_URL", "file://" + release);
    environment.put(
        "INPUT_SHA256", sha256.replace(sha256.charAt(0), sha256.charAt(0) == 'a' ? 'b' : 'a'));
    assertThat(failure()).contains("another one than sha256 says");
    environment.put("INPUT_SHA256", sha256);
    Ran ran = action();
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(dir.resolve("temp/vipops-" + sha256 + "/bin/vipops")).isExecutable();
    try (var left = Files.list(dir.resolve("temp"))) {
      assertThat(left).hasSize(1);
    }
    Files.delete(release);
    assertThat(action().code()).as("the second job finds it unpacked").isZero();
  }
}
