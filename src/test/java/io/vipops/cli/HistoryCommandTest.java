package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Where no agent answers: what its file says. */
class HistoryCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void create() throws Exception {
    Files.writeString(
        folder.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "file:///nowhere"}
        state_dir: %1$s/state
        run_dir: %1$s/run
        """
            .formatted(folder));
  }

  private int history(String... options) {
    CommandLine command = new CommandLine(new HistoryCommand());
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] all = new String[options.length + 2];
    all[0] = "--config";
    all[1] = folder.resolve("agent.yaml").toString();
    System.arraycopy(options, 0, all, 2, options.length);
    return command.execute(all);
  }

  private void keep(String passes) throws Exception {
    Files.createDirectories(folder.resolve("state/history"));
    Files.writeString(
        folder.resolve("state/history/history.json"),
        "{\"version\": 1, \"paused\": true, \"paused_since\": \"2026-11-23T03:00:00Z\", \"passes\": ["
            + passes
            + "]}");
  }

  private static String pass(String subject, String outcome, String moved) {
    return """
    {"context": "c", "commit": "0123456789abcdef0123456789abcdef01234567", "author": "Ada",
     "subject": "%s", "outcome": "%s", "generation": "aabbccddeeff",
     "at": "2026-11-23T03:14:15.926Z", "line": "%s: the line", "step_ms": {"fetch": 40, "test": 1210},
     "moved": %s}
    """
        .formatted(subject, outcome, outcome, moved);
  }

  @Test
  void theNewestComesFirstWithItsTimesAndWhatMoved() throws Exception {
    keep(
        pass("older", "refused", "{}")
            + ","
            + pass(
                "more servers",
                "applied",
                """
                {"nginx_reloads": 1, "vips_gained": ["10.0.0.60/24"], "priorities": ["web 100→80"],
                 "servers": ["backend +10.0.0.104:80"]}
                """));
    assertThat(history()).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "! paused since 2026-11-23T03:00:00Z: vipops resume lets commits in again",
            "TIME (UTC)           COMMIT   GENERATION    OUTCOME          TOOK  SUBJECT",
            "2026-11-23 03:14:15  0123456  aabbccddeeff  applied        1.25 s  more servers",
            "    by Ada  nginx 1 reload · VIP +10.0.0.60/24 · priority web 100→80 · backend"
                + " +10.0.0.104:80",
            "    fetch 0.04 s, test 1.21 s",
            "2026-11-23 03:14:15  0123456  aabbccddeeff  refused        1.25 s  older",
            "    by Ada",
            "    fetch 0.04 s, test 1.21 s",
            "    refused: the line");
    assertThat(err.toString()).contains("no agent answers", "this is what is in ");
  }

  @Test
  void asManyAsAskedForAndNoSequenceForTheTerminal() throws Exception {
    keep(pass("older", "applied", "{}") + "," + pass("\\u001b[31mred", "applied", "{}"));
    assertThat(history("-n", "1")).isZero();
    assertThat(out.toString()).contains("?[31mred").doesNotContain("\u001b", "older");
    assertThat(history("-n", "0")).isEqualTo(3);
    assertThat(err.toString()).contains("-n 0: 1 to 100 passes are kept");
  }

  @Test
  void aNodeWithoutAPassSaysSo() {
    assertThat(history()).isZero();
    assertThat(out.toString()).isEqualToIgnoringNewLines("no pass yet");
  }

  @Test
  void aDamagedFileIsNotTouchedAndExitsTwo() throws Exception {
    keep("{}");
    String before = Files.readString(folder.resolve("state/history/history.json"));
    assertThat(history()).isEqualTo(2);
    assertThat(err.toString()).contains("history.json is damaged: no context in an entry");
    assertThat(folder.resolve("state/history/history.json")).hasContent(before);
  }
}
