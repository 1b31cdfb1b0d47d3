package io.vipops.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.git.Commit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
  private static final Moved MOVED =
      new Moved(
          1,
          false,
          List.of("10.0.0.60/24"),
          List.of(),
          List.of("web 100→80"),
          List.of("backend +10.0.0.101:80"));

  @TempDir private Path dir;

  private static History.Entry entry(int n, String outcome) {
    return new History.Entry(
        "v1",
        "%040x".formatted(n),
        "A <a@example.com>",
        "subject " + n,
        outcome,
        "0123456789ab",
        "2026-11-22T10:00:00Z",
        outcome + " line",
        Map.of("fetch", 3L),
        false,
        MOVED);
  }

  @Test
  void everythingSurvivesARestart() throws Exception {
    History history = History.open(dir);
    history.add(entry(1, "applied"), true);
    history.add(entry(2, "refused"), false);
    history.deny("2".repeat(40), new History.Denial("v1", "line", null));
    history.accept(new Commit("1".repeat(40), "A", "s"), "url main");
    history.setPaused(true);
    History again = History.open(dir);
    assertThat(again.isPaused()).isTrue();
    assertThat(again.passes()).containsExactly(entry(1, "applied"), entry(2, "refused"));
    assertThat(again.applied()).isEqualTo(entry(1, "applied"));
    assertThat(again.last()).isEqualTo(entry(2, "refused"));
    assertThat(again.accepted("url main")).isEqualTo("1".repeat(40));
    assertThat(again.denial("2".repeat(40), "v1"))
        .isEqualTo(new History.Denial("v1", "line", null));
  }

  @Test
  void aDenialEndsWithWhatItWasJudgedByOrByRetry() throws Exception {
    History history = History.open(dir);
    history.deny("2".repeat(40), new History.Denial("v1", "line", null));
    assertThat(history.denial("2".repeat(40), "v2")).isNull();
    history.forgetDenials();
    assertThat(History.open(dir).denial("2".repeat(40), "v1")).isNull();
  }

  @Test
  void anotherSourceHasNoAcceptedCommit() throws Exception {
    History history = History.open(dir);
    history.accept(new Commit("1".repeat(40), "A", "s"), "url main");
    assertThat(history.accepted("url next")).isNull();
  }

  @Test
  void anOutcomeOfALaterVersionIsPassedOver() throws Exception {
    History history = History.open(dir);
    history.add(entry(1, "applied"), true);
    history.add(entry(2, "not_yet_thought_of"), false);
    assertThat(History.open(dir).proven()).containsExactly("0123456789ab");
  }

  @Test
  void theLastHundredPassesAreKept() throws Exception {
    History history = History.open(dir);
    for (int n = 0; n < 103; n++) {
      history.add(entry(n, "applied"), true);
    }
    assertThat(History.open(dir).passes()).hasSize(100).startsWith(entry(3, "applied"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"passes\": [{\"comm",
        "{}",
        "{\"version\": 1, \"passes\": [{}]}",
        "{\"version\": 1, \"passes\": {}}",
        "{\"version\": 1, \"applied\": \"yes\"}",
        "{\"version\": 1, \"denied\": {\"00\": {\"line\": 7}}}",
        "{\"version\": 1, \"accepted\": 7}"
      })
  void aDamagedFileIsKeptAndBegunAnewAndThatIsKnownUntilSomebodyResumes(String text)
      throws Exception {
    Files.createDirectories(dir.resolve("history"));
    Files.writeString(dir.resolve("history/history.json"), text);
    assertThat(History.open(dir).passes()).isEmpty();
    assertThat(dir.resolve("history/history.json.damaged")).hasContent(text);
    History again = History.open(dir);
    assertThat(again.lost()).contains("history.json is damaged: ", "then vipops resume");
    again.resume();
    assertThat(History.open(dir).lost()).isNull();
  }
}
