package io.vipops.spec;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;

/**
 * A file's text as it may be shown: asterisks in the place of each password, one for one, so that
 * columns stay right. Text that is not valid YAML is masked by what it looks like, rather too much
 * of it than too little.
 */
final class SecretMask {
  private static final List<String> SECRETS = List.of("password");
  private static final List<String> ALSO = List.of("pass", "passwd", "passphrase");
  private static final int LONGEST_KEY = 11;

  /** A collection that is being read. */
  private static final class Frame {
    final boolean mapping;
    final boolean secret;
    boolean value;
    boolean secretValue;

    Frame(boolean mapping, boolean secret) {
      this.mapping = mapping;
      this.secret = secret;
    }
  }

  private final String text;
  private final StringBuilder masked;
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final Map<String, int[]> anchors = new HashMap<>();

  /** Of the last event, as code points and as characters: marks count the former. */
  private int codePoints;

  private int at;

  /** From where the parser has not vouched for what it read. */
  private int unread;

  private SecretMask(String text) {
    this.text = text;
    this.masked = new StringBuilder(text);
  }

  /** The masked text of a file; null: nothing in it looks like a secret. */
  static @Nullable String of(String file, byte[] bytes) {
    String text = Yaml.decoded(bytes);
    if (!mayHoldSecret(text)) {
      return null;
    }
    SecretMask mask = new SecretMask(text);
    if (Yaml.isReadable(file, bytes)) {
      mask.parse();
    }
    mask.lines();
    return mask.masked.toString();
  }

  /** A name as a message may repeat it: {@code password:x} without a space is a key in YAML. */
  static String name(String given) {
    int colon = given.indexOf(':');
    return colon > 0 && isSecret(given.substring(0, colon).strip())
        ? given.substring(0, colon + 1) + "***"
        : given;
  }

  private static boolean mayHoldSecret(String text) {
    for (int i = text.indexOf(':'); i >= 0; i = text.indexOf(':', i + 1)) {
      if (text.startsWith("//", i + 1) || isSecret(wordBefore(text, i))) {
        return true;
      }
    }
    // A key may be written in ways that only the parser knows.
    return text.indexOf('\\') >= 0 || text.indexOf('?') >= 0;
  }

  private static boolean isSecret(String key) {
    if (key.length() < 4 || key.length() > LONGEST_KEY) {
      return false;
    }
    String lower = key.toLowerCase(Locale.ROOT);
    return (lower.contains("ss") || lower.contains("pas"))
        && (ALSO.contains(lower) || Closest.among(lower, SECRETS) != null);
  }

  private void parse() {
    Parser parser = Yaml.parser(text);
    try {
      Event event = parser.getEvent();
      while (!event.is(Event.ID.StreamEnd) && frames.size() <= Yaml.MAX_DEPTH) {
        read(event);
        event = parser.getEvent();
      }
      unread = event.is(Event.ID.StreamEnd) ? text.length() : unread;
    } catch (YAMLException e) {
      // Said where the file is read; what follows is masked by its looks.
      unread = lineStart(unread);
    }
  }

  private void read(Event event) {
    if (event.is(Event.ID.SequenceEnd) || event.is(Event.ID.MappingEnd)) {
      frames.pop();
      return;
    }
    boolean scalar = event.is(Event.ID.Scalar) || event.is(Event.ID.Alias);
    if (!scalar && !event.is(Event.ID.SequenceStart) && !event.is(Event.ID.MappingStart)) {
      return;
    }
    Frame in = frames.peek();
    boolean secret = in != null && (in.secret || (in.value && in.secretValue));
    int from = advance(event.getStartMark());
    int end = advance(event.getEndMark());
    unread = secret ? unread : from;
    if (scalar && secret) {
      hide(from, end);
    }
    anchored(event, from, end, secret);
    if (in != null && in.mapping) {
      in.secretValue = !in.value && scalar && isSecret(key(event));
      in.value = !in.value;
    }
    if (!scalar) {
      frames.push(new Frame(event.is(Event.ID.MappingStart), secret));
    }
  }

  /** A password may stand elsewhere, behind an alias. */
  private void anchored(Event event, int from, int end, boolean secret) {
    String name = event instanceof NodeEvent it ? it.getAnchor() : null;
    if (name != null && event.is(Event.ID.Scalar)) {
      anchors.put(name, new int[] {from, end});
    } else if (name != null && event.is(Event.ID.Alias) && secret) {
      int[] place = anchors.getOrDefault(name, new int[2]);
      hide(place[0], place[1]);
    }
  }

  private static String key(Event event) {
    return event instanceof ScalarEvent it ? it.getValue() : "";
  }

  private int advance(Mark mark) {
    at = text.offsetByCodePoints(at, mark.getIndex() - codePoints);
    codePoints = mark.getIndex();
    return at;
  }

  /** What looks like a secret, line by line: in comments, in URLs, and where YAML ended. */
  private void lines() {
    int hiddenBelow = -1;
    for (int from = 0; from < text.length(); ) {
      int newline = text.indexOf('\n', from);
      int end = newline < 0 ? text.length() : newline;
      int indent = indent(from, end);
      boolean unparsed = from >= unread;
      if (hiddenBelow >= 0 && (indent > hiddenBelow || from + indent == end)) {
        hide(from, end);
      } else {
        boolean found = looks(from, end, unparsed);
        hiddenBelow = found && unparsed ? indent : -1;
      }
      hideUsers(from, end);
      from = end + 1;
    }
  }

  private boolean looks(int from, int end, boolean unparsed) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) == ':' && isSecret(wordBefore(text, i))) {
        int value = i + 1 + indent(i + 1, end);
        i = unparsed ? end : valueEnd(value, end);
        hide(value, i);
        if (unparsed) {
          return true;
        }
      }
    }
    return false;
  }

  private int valueEnd(int from, int end) {
    if (from < end && (text.charAt(from) == '"' || text.charAt(from) == '\'')) {
      int close = from + 1;
      while (close < end && text.charAt(close) != text.charAt(from)) {
        close++;
      }
      return Math.min(close + 1, end);
    }
    int to = from;
    while (to < end && text.charAt(to) > ' ') {
      to++;
    }
    while (to > from && ",}]".indexOf(text.charAt(to - 1)) >= 0) {
      to--;
    }
    return to;
  }

  /** Of URLs: {@code https://token@host}. A user of ssh alone is none. */
  private void hideUsers(int from, int end) {
    int word = from;
    for (int i = from; i <= end; i++) {
      if (i < end && text.charAt(i) > ' ') {
        continue;
      }
      String url = i - word < 5 ? "" : text.substring(word, i);
      int user = url.indexOf("://") + 3;
      int host = url.lastIndexOf('@');
      if (user > 2 && host > user) {
        boolean ssh = url.startsWith("ssh", user - 6);
        if (!ssh || url.substring(user, host).indexOf(':') >= 0) {
          hide(word + user, word + host);
        }
      }
      word = i + 1;
    }
  }

  private static String wordBefore(String text, int colon) {
    int end = colon;
    while (end > 0 && end > colon - 3 && " \t\"'".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    int from = end;
    while (from > 0 && end - from <= LONGEST_KEY && isWord(text.charAt(from - 1))) {
      from--;
    }
    return text.substring(from, end);
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  }

  private int lineStart(int index) {
    return text.lastIndexOf('\n', index - 1) + 1;
  }

  private int indent(int from, int end) {
    int to = from;
    while (to < end && text.charAt(to) <= ' ') {
      to++;
    }
    return to - from;
  }

  private void hide(int from, int end) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) > ' ') {
        masked.setCharAt(i, '*');
      }
    }
  }
}
