package io.vipops.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Specs with one fault each (where it takes a key that is still to come, that is said, too), {@code
 * broken/<rule>/<case>.yaml} or a folder of files, of which the first line of one says {@code #
 * expect: rule line:column}, or several with commas; and near misses, {@code ok-*}, which have
 * none. Those that would be too large for files are made here.
 */
final class Corpus {
  private static final Path ROOT = Path.of("src/test/resources/broken");
  private static final String EXPECT = "# expect: ";

  /**
   * @param rule whose case it is
   * @param expected {@code rule file:line:column}, its own rule first; of a near miss, none
   */
  record Case(String rule, String name, List<SpecReader.SourceFile> files, List<String> expected) {
    boolean isClean() {
      return expected.isEmpty();
    }

    /** Where its own rule is expected to find something. */
    int line() {
      return Integer.parseInt(expected.get(0).split(":")[1]);
    }

    /** Whether it yields what is expected, and nothing else. */
    boolean isAsExpected(Function<List<SpecReader.SourceFile>, SpecReader.Reading> reader) {
      return new HashSet<>(found(reader)).equals(Set.copyOf(expected));
    }

    /** What it yields, in the form of {@link #expected}. */
    List<String> found(Function<List<SpecReader.SourceFile>, SpecReader.Reading> reader) {
      return reader.apply(files).problems().stream().map(Case::text).toList();
    }

    String text() {
      return new String(files.get(0).bytes(), StandardCharsets.UTF_8);
    }

    private static String text(Problem problem) {
      Position at = problem.position();
      return problem.rule() + " " + at.file() + ":" + at.line() + ":" + at.column();
    }

    @Override
    public String toString() {
      return rule + "/" + name;
    }
  }

  private Corpus() {}

  private static final List<Case> FROM_FILES = readAll();
  private static final List<Case> ALL =
      Stream.concat(FROM_FILES.stream(), made().stream()).toList();

  static List<Case> broken() {
    return ALL.stream().filter(it -> !it.isClean()).toList();
  }

  static List<Case> nearMisses() {
    return ALL.stream().filter(Case::isClean).toList();
  }

  /** The broken cases by rule. */
  static Map<String, List<Case>> byRule() {
    return broken().stream()
        .collect(Collectors.groupingBy(Case::rule, TreeMap::new, Collectors.toList()));
  }

  /** Without those that are made, which are large. */
  static List<Case> fromFiles() {
    return FROM_FILES;
  }

  private static List<Case> readAll() {
    List<Case> cases = new ArrayList<>();
    for (Path rule : children(ROOT)) {
      for (Path path : children(rule)) {
        cases.add(read(rule.getFileName().toString(), path));
      }
    }
    return cases;
  }

  private static Case read(String rule, Path path) {
    List<Path> paths = Files.isDirectory(path) ? children(path) : List.of(path);
    List<SpecReader.SourceFile> files = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (Path one : paths) {
      String name = one.getFileName().toString();
      byte[] bytes = bytes(one);
      files.add(new SpecReader.SourceFile(name, bytes));
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      if (text.startsWith(EXPECT)) {
        for (String each : text.substring(EXPECT.length(), text.indexOf('\n')).split(", ")) {
          expected.add(each.replace(" ", " " + name + ":"));
        }
      }
    }
    String name = path.getFileName().toString().replace(".yaml", "");
    if (name.startsWith("ok-") != expected.isEmpty()) {
      throw new IllegalStateException(path + " must either expect something or begin with ok-");
    }
    if (!expected.isEmpty() && !expected.get(0).startsWith(rule + " ")) {
      throw new IllegalStateException(path + " expects " + expected.get(0));
    }
    return new Case(rule, name, files, expected);
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Case> made() {
    String base = SpecReaderTest.BASE;
    int lines = 1 + (int) base.chars().filter(c -> c == '\n').count();
    String line = "# " + "x".repeat(Yaml.MAX_LINE - 2) + "\n";
    String padding = "# padding\n".repeat(Yaml.MAX_BYTES / 10 + 1);
    String full = base + padding.substring(0, Yaml.MAX_BYTES - base.length() - 1) + "\n";
    return List.of(
        made("yaml-size", "file", full + "\n", "0:0"),
        made("yaml-size", "line", base + "#" + line, lines + ":1"),
        made("yaml-size", "ok-largest-file", full, ""),
        made("yaml-size", "ok-longest-line", base + line, ""),
        made("yaml-nodes", "flat", "a:\n" + "- 1\n".repeat(Yaml.MAX_NODES - 2), "499999:3"),
        made("yaml-nodes", "behind-aliases", aliases(), "3:36"),
        made("yaml-nodes", "ok-50000-servers", servers(50_000), ""));
  }

  /** 1 + 2 + (1 + 49,999) values, and as many again for each alias but the last. */
  private static String aliases() {
    String values = "1, ".repeat(49_998) + "1";
    return "a: &a [" + values + "]\nb:\n  [" + "*a, ".repeat(4) + "*a, *a, *a, *a, *a, *a]\n";
  }

  /** {@code BASE} with this many servers, each of them one value. */
  private static String servers(int count) {
    String all =
        IntStream.range(0, count)
            .mapToObj(i -> "      - 10.1." + i / 250 + "." + (1 + i % 250) + ":80\n")
            .collect(Collectors.joining());
    return SpecReaderTest.BASE.replace(
        "backend: {servers: [10.0.0.101:80, 10.0.0.102:80]}", "backend:\n    servers:\n" + all);
  }

  private static Case made(String rule, String name, String text, String place) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String file = name + ".yaml";
    return new Case(
        rule,
        name,
        Collections.singletonList(new SpecReader.SourceFile(file, bytes)),
        place.isEmpty() ? List.of() : List.of(rule + " " + file + ":" + place));
  }

  /** The rules that reading a file with one fault cannot break: tested by themselves. */
  static final Set<String> NOT_HERE = Set.of("too-many", "nginx-test");
}
