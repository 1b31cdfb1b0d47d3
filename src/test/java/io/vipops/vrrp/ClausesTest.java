package io.vipops.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of the RFCs' clauses, {@code src/test/resources/rfc/clauses.csv}: each has a test that
 * it is kept and one that it is not stretched, and both exist. Prints a line for each.
 */
class ClausesTest {
  private static final Path TABLE = Path.of("src/test/resources/rfc/clauses.csv");
  private static final Path REPLAY = Path.of("src/test/resources/replay");

  @TestFactory
  Stream<DynamicTest> everyClauseHasATestForAndATestAgainst() throws IOException {
    return rows().stream().map(row -> DynamicTest.dynamicTest(row, () -> check(row)));
  }

  @Test
  void noClauseIsThereTwice() throws IOException {
    Set<String> seen = new HashSet<>();
    for (String row : rows()) {
      String clause = row.split(";")[0] + row.split(";")[1];
      assertThat(seen.add(clause)).as(row).isTrue();
    }
    assertThat(seen).hasSizeGreaterThan(50);
  }

  private static List<String> rows() throws IOException {
    return Files.readAllLines(TABLE).stream().filter(line -> !line.startsWith("#")).toList();
  }

  private static void check(String row) throws Exception {
    String[] cells = row.split(";", -1);
    assertThat(cells).as("cells of " + row).hasSize(4);
    for (String cell : cells) {
      assertThat(cell).as("a cell of " + row).isNotBlank();
    }
    String positive = cells[2].strip();
    String negative = cells[3].strip();
    assertThat(positive).isNotEqualTo(negative);
    requireTest(positive);
    requireTest(negative);
    System.out.println(
        cells[0].strip() + ": " + cells[1].strip() + ": " + positive + ", " + negative);
  }

  private static void requireTest(String name) throws ClassNotFoundException {
    if (name.startsWith("replay/")) {
      Path story = REPLAY.resolve(name.substring("replay/".length())).resolve("story.txt");
      assertThat(story).as("replay case").exists();
      return;
    }
    String[] parts = name.split("#");
    Class<?> type = Class.forName("io.vipops." + parts[0]);
    boolean exists =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.getName().equals(parts[1]))
            .anyMatch(ClausesTest::isTest);
    assertThat(exists).as("a test " + name).isTrue();
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class);
  }
}
