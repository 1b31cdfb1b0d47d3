package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every folder of {@code src/test/resources/replay} is a story that the state machine must tell the
 * same way again. {@code -Dreplay.update=true} rewrites them: read the diff like code.
 */
class ReplayTest {
  private static final Path CASES = Path.of("src/test/resources/replay");

  @TestFactory
  Stream<DynamicTest> tellsTheSameStory() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.sorted().map(folder -> folder.resolve("story.txt")).toList().stream()
          .map(
              file ->
                  DynamicTest.dynamicTest(
                      CASES.relativize(file.getParent()).toString(), () -> retell(file)));
    }
  }

  private static void retell(Path file) throws IOException {
    String expected = Files.readString(file);
    String actual = Story.retell(expected);
    if (Boolean.getBoolean("replay.update")) {
      Files.writeString(file, actual);
    } else if (!actual.equals(expected)) {
      throw new AssertionError(difference(expected.lines().toList(), actual.lines().toList()));
    }
  }

  /** The lines that differ between an equal beginning and an equal end. */
  static String difference(List<String> expected, List<String> actual) {
    int shorter = Math.min(expected.size(), actual.size());
    int head = 0;
    while (head < shorter && expected.get(head).equals(actual.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && expected.get(expected.size() - 1 - tail).equals(actual.get(actual.size() - 1 - tail))) {
      tail++;
    }
    StringBuilder text = new StringBuilder("another story from line " + (head + 1) + " on:\n");
    expected
        .subList(Math.max(0, head - 3), head)
        .forEach(l -> text.append("  ").append(l).append('\n'));
    expected
        .subList(head, expected.size() - tail)
        .forEach(l -> text.append("- ").append(l).append('\n'));
    actual
        .subList(head, actual.size() - tail)
        .forEach(l -> text.append("+ ").append(l).append('\n'));
    return text.toString();
  }

  @Test
  void showsWhatDiffersWithTheLinesBefore() {
    assertThat(difference(List.of("a", "b", "c", "d", "e"), List.of("a", "b", "x", "y", "e")))
        .isEqualTo("another story from line 3 on:\n  a\n  b\n- c\n- d\n+ x\n+ y\n");
  }
}
