package io.vipops.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.Parser;

/**
 * A comment {@code # vipops:allow ID reason}.
 *
 * @param at where its #, and what follows, stands
 * @param id empty where it names none
 * @param reason empty where it gives none
 */
record AllowComment(Position at, String id, String reason) {
  private static final String MARK = "vipops:allow";

  /** Of a comment, in characters; a message shows less. */
  private static final int LONGEST = 500;

  private static final byte[] MARK_BYTES = MARK.getBytes(StandardCharsets.US_ASCII);

  /** The comments of a file that is valid YAML; nearly free where it has none. */
  static List<AllowComment> of(SpecReader.SourceFile file) {
    return contains(file.bytes()) ? read(file.name(), Yaml.decoded(file.bytes())) : List.of();
  }

  private static boolean contains(byte[] bytes) {
    for (int i = 0; i <= bytes.length - MARK_BYTES.length; i++) {
      int same = 0;
      while (same < MARK_BYTES.length && bytes[i + same] == MARK_BYTES[same]) {
        same++;
      }
      if (same == MARK_BYTES.length) {
        return true;
      }
    }
    return false;
  }

  private static List<AllowComment> read(String file, String text) {
    List<AllowComment> comments = new ArrayList<>();
    Parser parser = Yaml.parser(text);
    Event scalar = parser.getEvent();
    Places places = new Places(text);
    for (int found = text.indexOf(MARK);
        found >= 0 && comments.size() < BoundedProblems.KEPT;
        found = text.indexOf(MARK, found + 1)) {
      int hash = hashBefore(text, found);
      if (hash < 0) {
        continue;
      }
      places.advance(hash);
      // Text of a value is no comment, whatever it says.
      while (!scalar.is(Event.ID.StreamEnd) && index(scalar.getEndMark()) <= places.codePoints) {
        scalar = parser.getEvent();
      }
      boolean value =
          scalar.is(Event.ID.Scalar) && index(scalar.getStartMark()) <= places.codePoints;
      if (!value) {
        comments.add(comment(new Position(file, places.line, places.column), rest(text, found)));
      }
    }
    return comments;
  }

  private static int index(Mark mark) {
    return mark.getIndex();
  }

  /** Where the comment begins that {@code found} is the first word of; -1: it is not. */
  private static int hashBefore(String text, int found) {
    int at = found - 1;
    while (at >= 0 && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at--;
    }
    return at >= 0 && text.charAt(at) == '#' ? at : -1;
  }

  /** What follows the mark, up to the end of the line or the next comment in it. */
  private static String rest(String text, int found) {
    int from = found + MARK.length();
    int most = Math.min(text.length(), from + LONGEST);
    int end = from;
    while (end < most && !isEnd(text, end)) {
      end++;
    }
    return text.substring(from, end).strip();
  }

  private static boolean isEnd(String text, int at) {
    char c = text.charAt(at);
    return c == '\n' || c == '\r' || (c == ' ' && text.startsWith("#", at + 1));
  }

  private static AllowComment comment(Position at, String rest) {
    int space = 0;
    while (space < rest.length() && rest.charAt(space) > ' ') {
      space++;
    }
    return new AllowComment(at, rest.substring(0, space), rest.substring(space).strip());
  }

  /** A walk through a text that knows line, column and code points, as SnakeYAML counts them. */
  private static final class Places {
    private final String text;
    private int at;
    private int codePoints;
    private int line = 1;
    private int column = 1;

    Places(String text) {
      this.text = text;
    }

    void advance(int to) {
      while (at < to) {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        codePoints++;
        line += c == '\n' ? 1 : 0;
        column = c == '\n' ? 1 : column + 1;
      }
    }
  }
}
