package io.vipops.signing;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one line: principals, options if any, type, key, comment if any. */
final class SignerLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final String line;
  private final ZoneId zone;
  private int at;
  private List<String> namespaces = List.of();
  private @Nullable Instant after;
  private @Nullable Instant before;

  SignerLine(String line, ZoneId zone) {
    this.line = line;
    this.zone = zone;
  }

  AllowedSigner read(String where) throws MalformedException {
    String principals = word("principals").replace("\"", "");
    if (SshKey.isType(principals)) {
      throw new MalformedException("the line begins with a key: put who signs with it in front");
    }
    String next = word("a key");
    if (!SshKey.isType(next)) {
      options(next);
      next = word("a key");
    }
    if (!SshKey.isType(next)) {
      throw new MalformedException("\"" + next + "\" is no type of key, such as ssh-ed25519");
    }
    SshKey key = SshKey.of(next, word("the key itself"));
    return new AllowedSigner(principals, key, namespaces, after, before, where);
  }

  /** Up to the next space that is not inside quotes. */
  private String word(String what) throws MalformedException {
    while (at < line.length() && isSpace(line.charAt(at))) {
      at++;
    }
    int from = at;
    boolean quoted = false;
    while (at < line.length() && (quoted || !isSpace(line.charAt(at)))) {
      quoted ^= line.charAt(at) == '"';
      at++;
    }
    if (quoted) {
      throw new MalformedException("a quote is not closed");
    }
    if (from == at) {
      throw new MalformedException(what + " is missing: a line is PRINCIPAL [OPTIONS] TYPE KEY");
    }
    return line.substring(from, at);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  private void options(String word) throws MalformedException {
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i <= word.length(); i++) {
      if (i == word.length() || (word.charAt(i) == ',' && !quoted)) {
        option(word.substring(from, i));
        from = i + 1;
      } else {
        quoted ^= word.charAt(i) == '"';
      }
    }
    if (after != null && before != null && !before.isAfter(after)) {
      throw new MalformedException("valid-before is not after valid-after: nobody could sign");
    }
  }

  private void option(String option) throws MalformedException {
    int equals = option.indexOf('=');
    String name = (equals < 0 ? option : option.substring(0, equals)).toLowerCase(Locale.ROOT);
    switch (name) {
      case "namespaces" -> {
        once(namespaces.isEmpty(), name);
        namespaces = List.of(value(option, equals).split(",", -1));
      }
      case "valid-after" -> {
        once(after == null, name);
        after = time(value(option, equals));
      }
      case "valid-before" -> {
        once(before == null, name);
        before = time(value(option, equals));
      }
      case "cert-authority" ->
          throw new MalformedException(
              "cert-authority is not supported: list the signers' own keys");
      default ->
          throw new MalformedException(
              "\""
                  + option
                  + "\" is neither an option (namespaces, valid-after, valid-before)"
                  + " nor a type of key");
    }
  }

  private static void once(boolean first, String name) throws MalformedException {
    if (!first) {
      throw new MalformedException(name + " is given twice");
    }
  }

  private static String value(String option, int equals) throws MalformedException {
    String value = equals < 0 ? "" : option.substring(equals + 1);
    if (value.length() < 3 || !value.startsWith("\"") || !value.endsWith("\"")) {
      throw new MalformedException(option + " needs a value in double quotes: name=\"value\"");
    }
    return value.substring(1, value.length() - 1);
  }

  private Instant time(String value) throws MalformedException {
    boolean utc = value.endsWith("Z");
    String digits = utc ? value.substring(0, value.length() - 1) : value;
    try {
      if (!digits.matches("\\d{8}(\\d{4}(\\d{2})?)?")) {
        throw new DateTimeException("wrong length");
      }
      LocalDateTime time = LocalDateTime.parse((digits + "000000").substring(0, 14), TIME);
      return time.atZone(utc ? ZoneOffset.UTC : zone).toInstant();
    } catch (DateTimeException e) {
      throw new MalformedException(
          "\"" + value + "\" is no time: write YYYYMMDD[HHMM[SS]], with Z behind it for UTC");
    }
  }
}
