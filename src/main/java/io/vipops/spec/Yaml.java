package io.vipops.spec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.ScannerException;

/** YAML text to plain values, within limits that keep hostile text from exhausting memory. */
public final class Yaml {
  /** Longest file, in bytes. */
  public static final int MAX_BYTES = 4 << 20;

  /** Longest line, in characters: the scanner's time grows with the square of a token. */
  static final int MAX_LINE = 1 << 18;

  /** Longest key, in characters: messages and places repeat it. */
  static final int MAX_KEY = 1000;

  /** Deepest nesting, the root counted. */
  static final int MAX_DEPTH = 50;

  static final int MAX_ALIASES = 50;

  /** Most keys, values and collections, those behind aliases counted each time. */
  static final int MAX_NODES = 500_000;

  private Yaml() {}

  /**
   * What was read.
   *
   * @param node null where there is nothing that could be read
   */
  public record Document(String file, @Nullable YamlNode node, List<Problem> problems) {
    /**
     * {@code Map<String, Object>}, {@code List}, {@code String}, {@code Long}, {@code Double},
     * {@code Boolean} or null, by the YAML 1.2 core schema.
     */
    public @Nullable Object root() {
      return node == null ? null : node.plain();
    }

    /**
     * The document as one map; its problems are added to {@code problems}.
     *
     * @return null where it is none, or could not be read; the problems then say so
     */
    YamlNode.@Nullable Mapping mapping(List<Problem> all) {
      all.addAll(problems);
      if (node instanceof YamlNode.Mapping root) {
        return root;
      }
      if (node != null) {
        String message = "must be keys and values, such as version: 1";
        all.add(new Problem(Severity.ERROR, RuleId.WRONG_TYPE.id, node.at(), message));
      }
      return null;
    }

    /** Where each part stands. */
    public SourceMap source() {
      return new SourceMap(new YamlPositions(node));
    }
  }

  /** Reads one document; what is wrong with it is in the problems. */
  public static Document read(String file, byte[] bytes) {
    List<Problem> problems = new BoundedProblems();
    YamlNode node = null;
    try {
      node = compose(file, text(file, bytes), problems);
    } catch (YamlComposer.RefusedException e) {
      problems.add(e.problem);
    }
    return new Document(file, node, problems);
  }

  private static YamlNode compose(String file, String text, List<Problem> problems)
      throws YamlComposer.RefusedException {
    try {
      YamlNode node = new YamlComposer(file, parser(text), problems).document();
      if (node == null || (node instanceof YamlNode.Scalar it && it.text().isEmpty())) {
        throw refused("yaml-empty", file, 0, 0, "the file is empty");
      }
      return node;
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String message = e.getProblem() + (e.getContext() == null ? "" : ", " + e.getContext());
      throw refused(
          "yaml-syntax",
          file,
          mark == null ? 0 : mark.getLine() + 1,
          mark == null ? 0 : mark.getColumn() + 1,
          "not valid YAML: " + message.replace('\n', ' '));
    } catch (YAMLException e) {
      throw refused("yaml-syntax", file, 0, 0, "not valid YAML: " + e.getMessage());
    }
  }

  static Parser parser(String text) {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MAX_BYTES);
    limits.setNestingDepthLimit(MAX_DEPTH);
    StreamReader reader = new StreamReader(text);
    return new ParserImpl(reader, limits) {
      @Override
      public Event peekEvent() {
        try {
          return super.peekEvent();
        } catch (NumberFormatException e) {
          // SnakeYAML does not expect the text to end within an escape, or the digits' value.
          String problem = "an escape such as \\u00e9 that ends too early or is no character";
          throw new ScannerException(null, null, problem, reader.getMark());
        }
      }
    };
  }

  /** The text of a file that {@link #read} took: its places are the parser's. */
  static String decoded(byte[] bytes) {
    return withoutMark(new String(bytes, StandardCharsets.UTF_8));
  }

  /** Editors of another platform begin a file with a byte order mark. */
  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Whether {@link #read} hands the file to a parser at all. */
  static boolean isReadable(String file, byte[] bytes) {
    try {
      return !text(file, bytes).isEmpty();
    } catch (YamlComposer.RefusedException e) {
      return false;
    }
  }

  private static String text(String file, byte[] bytes) throws YamlComposer.RefusedException {
    if (bytes.length > MAX_BYTES) {
      throw refused("yaml-size", file, 0, 0, "the file is larger than 4 MiB");
    }
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    CoderResult end =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes), chars, true);
    String text = chars.flip().toString();
    int bad = end.isError() ? text.length() : firstUnprintable(text);
    if (bad >= 0) {
      int line = 1 + (int) text.substring(0, bad).chars().filter(c -> c == '\n').count();
      int column = bad - text.lastIndexOf('\n', bad - 1);
      String what = end.isError() ? "bytes that are not UTF-8" : "a control character";
      throw refused("yaml-binary", file, line, column, "not a text file: it has " + what);
    }
    refuseLongLine(file, text);
    return withoutMark(text);
  }

  private static void refuseLongLine(String file, String text)
      throws YamlComposer.RefusedException {
    int line = 1;
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      if (end - from > MAX_LINE) {
        throw refused("yaml-size", file, line, 1, "the line is longer than 256 KiB");
      }
      line++;
      from = end + 1;
    }
  }

  /** The characters that YAML forbids (YAML 1.2.2 §5.1). */
  private static int firstUnprintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
      if (control || (c >= 0x7F && c < 0xA0 && c != 0x85) || c >= 0xFFFE) {
        return i;
      }
    }
    return -1;
  }

  private static YamlComposer.RefusedException refused(
      String rule, String file, int line, int column, String message) {
    Position at = new Position(file, line, column);
    return new YamlComposer.RefusedException(new Problem(Severity.ERROR, rule, at, message));
  }
}
