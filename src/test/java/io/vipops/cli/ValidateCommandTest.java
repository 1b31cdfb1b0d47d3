package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ValidateCommandTest {
  private static final String CLASSIC = "examples/classic/cluster.yaml";

  @TempDir Path folder;

  private record Run(int exit, String out, String err) {}

  private static synchronized Run vipops(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream toOut = new ByteArrayOutputStream();
    ByteArrayOutputStream toErr = new ByteArrayOutputStream();
    System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
    try {
      int exit = Vipops.execute(args);
      return new Run(
          exit, toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String plain(String text) {
    return text.replaceAll("\u001b\\[[0-9]*m", "");
  }

  @Test
  void aValidSpecIsOneLineAndZero() {
    Run run = vipops("validate", CLASSIC);
    assertThat(run.exit()).isZero();
    assertThat(plain(run.out()))
        .isEqualTo("✓ " + CLASSIC + ": valid (2 nodes, 1 VIP, 1 listener, 1 upstream)\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void theWayAroundTheParserSaysTheSame() {
    assertThat(vipops("validate", "--format", "text", CLASSIC))
        .isEqualTo(vipops("validate", CLASSIC));
  }

  @Test
  void findingsGoToStderrWithLineAndCaret() throws IOException {
    Path file = write("cluster.yaml", Files.readString(Path.of(CLASSIC)).replace("port:", "prot:"));
    Run run = vipops("validate", file.toString());
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(plain(run.err()).lines().toList())
        .containsExactly(
            file + ":36:10: error [unknown-key] unknown key prot: did you mean port?",
            "    http: {prot: 80}",
            "           ^",
            file + ": not valid (1 error)");
  }

  @Test
  void warningsAreFindingsOnlyWhenStrict() throws IOException {
    String one = Files.readString(Path.of(CLASSIC)).replaceAll("      - 10.0.0.10[234]:80\n", "");
    Path file = write("cluster.yaml", one);
    Run lenient = vipops("validate", file.toString());
    assertThat(lenient.exit()).isZero();
    assertThat(plain(lenient.out())).endsWith("1 upstream, 1 warning)\n");
    assertThat(lenient.err()).contains("warning").contains("[one-server]");
    assertThat(vipops("validate", "--strict", file.toString()).exit()).isEqualTo(1);
  }

  @Test
  void jsonGoesToStdout() throws Exception {
    Path file = write("cluster.yaml", "version: 1\n");
    Run run = vipops("validate", "--format=json", file.toString());
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    Map<String, ?> json = Json.decode(run.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.get("valid")).isEqualTo(false);
    assertThat(((List<?>) json.get("problems")).get(0))
        .isEqualTo(
            Map.of(
                "severity",
                "error",
                "rule",
                "missing-key",
                "file",
                file.toString(),
                "line",
                1L,
                "column",
                1L,
                "message",
                "the spec needs cluster"));
  }

  @Test
  void aFolderIsOneSpec() throws IOException {
    String text = Files.readString(Path.of(CLASSIC));
    int half = text.indexOf("upstreams:");
    write("a.yaml", text.substring(0, half));
    write("b.yaml", text.substring(half));
    write("notes.txt", "not yaml: [");
    assertThat(vipops("validate", folder.toString()).exit()).isZero();
  }

  @Test
  void whatCannotBeReadIsUsage() throws IOException {
    Run missing = vipops("validate", folder + "/none.yaml");
    assertThat(missing.exit()).isEqualTo(2);
    assertThat(missing.err())
        .isEqualTo("error: " + folder + "/none.yaml: no such file or folder\n");
    Run empty = vipops("validate", folder.toString());
    assertThat(empty.exit()).isEqualTo(2);
    assertThat(empty.err()).contains("no *.yaml file in this folder");
    assertThat(vipops("validate").exit()).isEqualTo(2);
    assertThat(vipops("validate", "--format", "xml", CLASSIC).exit()).isEqualTo(2);
    assertThat(vipops("validate", "--nope", CLASSIC).err()).doesNotContain("Exception");
  }

  @Test
  void theOthersAreReportedWhereOneCannotBeRead() throws Exception {
    Path bad = write("bad.yaml", "version: 1\n");
    for (String format : List.of("text", "json", "github", "sarif", "junit", "gitlab")) {
      Run run = vipops("validate", "--format", format, folder + "/none.yaml", bad.toString());
      assertThat(run.exit()).isEqualTo(2);
      assertThat(run.err()).contains("error: " + folder + "/none.yaml: no such file or folder\n");
      assertThat(run.out() + run.err()).contains("the spec needs cluster");
    }
  }

  @Test
  void machineFormatsAreOneDocumentOverAllPathsAndNothingElse() throws Exception {
    Path bad = write("bad.yaml", "version: 1\n");
    for (String format : List.of("json", "github", "sarif", "junit", "gitlab")) {
      Run run = vipops("validate", "--format", format, CLASSIC, bad.toString(), bad.toString());
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).as(format).contains("the spec needs cluster");
      if (format.equals("junit")) {
        assertThat(run.out().split("<testsuite ", -1)).hasSize(4);
      } else {
        assertThat(run.out().lines()).hasSize(format.equals("github") ? 2 * 2 : 1);
      }
    }
  }

  @Test
  void aDashIsTheSpecFromStdin() throws Exception {
    InputStream in = System.in;
    try {
      System.setIn(new ByteArrayInputStream("version: 1\n".getBytes(StandardCharsets.UTF_8)));
      Run run = vipops("validate", "--format", "github", "-", CLASSIC);
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.out()).startsWith("::error file=<stdin>,line=1,col=1,title=missing-key::");
      System.setIn(new ByteArrayInputStream("version: 1\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(vipops("validate", "-", "--stdin-filename", "lb/web.yaml").err())
          .startsWith("lb/web.yaml:1:1: error [missing-key]");
      System.setIn(new ByteArrayInputStream(Files.readAllBytes(Path.of(CLASSIC))));
      assertThat(vipops("validate", "-").exit()).isZero();
    } finally {
      System.setIn(in);
    }
    Run twice = vipops("validate", "-", "-");
    assertThat(twice.exit()).isEqualTo(2);
    assertThat(twice.err()).isEqualTo("error: - is given twice: stdin is one spec\n");
  }

  @Test
  void anythingThatIsNoSpecIsOneLine() throws IOException {
    Path big = write("big.yaml", "a".repeat(10 << 20));
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {0x7F, 'E', 'L', 'F', 0});
    Path empty = write("empty.yaml", "");
    Run run = vipops("validate", big.toString(), binary.toString(), empty.toString());
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(plain(run.err()).lines().filter(line -> line.contains(": error ["))).hasSize(3);
  }

  @Test
  void whatIsPrintedIsUtf8InAnyLocale() throws Exception {
    Path file = write("cluster.yaml", "ü: 1\n");
    String text = inLocaleC("validate", file.toString());
    assertThat(text).contains("unknown key ü", "exit 1").doesNotContain("Exception");
  }

  @Test
  void aPathThatTheLocaleCannotSayIsOneLine() throws Exception {
    String text = inLocaleC("validate", "/tmp/ü.yaml");
    assertThat(text)
        .startsWith("error: cannot read /tmp/")
        .endsWith(": not a path in this locale\nexit 2\n");
    assertThat(text.lines()).hasSize(2);
  }

  /** What a process of its own prints, and its exit code. */
  private static String inLocaleC(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.vipops.Main"));
    command.addAll(List.of(args));
    // A shell passes on the bytes of the name, whatever this JVM's own locale is.
    String line = command.stream().map(it -> "'" + it + "'").collect(Collectors.joining(" "));
    ProcessBuilder shell = new ProcessBuilder("sh");
    shell.environment().put("LC_ALL", "C");
    shell.environment().put("NO_COLOR", "1");
    Process process = shell.redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write((line + "; echo exit $?\n").getBytes(StandardCharsets.UTF_8));
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void runningOutOfMemoryIsOneLine() {
    for (Error failure : List.of(new OutOfMemoryError("heap"), new StackOverflowError())) {
      StringWriter err = new StringWriter();
      CommandLine tree =
          Vipops.commandLine()
              .setErr(new PrintWriter(err))
              .setExecutionStrategy(
                  parsed -> {
                    throw failure;
                  });
      assertThat(Vipops.execute(tree, "validate", CLASSIC)).isEqualTo(3);
      assertThat(err.toString()).isEqualTo("error: internal error: " + failure + "\n");
    }
  }

  @Test
  void helpSaysWhatItIsFor() {
    Run run = vipops("validate", "--help");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("PATH", "--format", "--strict", "Exit codes", "Example");
    assertThat(vipops("--help").out()).contains("validate", "schema");
  }

  @Test
  void schemasArePrinted() throws Exception {
    assertThat(vipops("schema").out()).isEqualTo(vipops("schema", "cluster").out());
    byte[] agent = vipops("schema", "agent").out().getBytes(StandardCharsets.UTF_8);
    assertThat(agent).isEqualTo(Files.readAllBytes(Path.of("schemas/agent.schema.json")));
    assertThat(vipops("schema", "none").exit()).isEqualTo(2);
  }
}
