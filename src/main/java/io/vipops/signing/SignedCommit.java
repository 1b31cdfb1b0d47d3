package io.vipops.signing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A commit taken apart: what was signed, and the signature.
 *
 * @param payload the commit without its {@code gpgsig} header
 * @param signature empty: there is none
 * @param signatures how many such headers there are; Git makes one
 * @param misplaced whether one stands before {@code committer}, where Git puts none, or is of a
 *     kind that we do not know and Git would leave out of what was signed
 * @param dated when its committer says that it was made; 1970: that cannot be read
 */
record SignedCommit(
    byte[] payload,
    String signature,
    int signatures,
    boolean otherHash,
    boolean misplaced,
    Instant dated) {
  private static final byte[] ANY = "gpgsig".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEADER = "gpgsig ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OTHER = "gpgsig-sha256 ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMITTER = "committer ".getBytes(StandardCharsets.US_ASCII);

  /** Seconds since 1970, in years that have four digits, and the time zone. */
  private static final Pattern DATE = Pattern.compile("> ([0-9]{1,11}) [+-][0-9]{4}$");

  /**
   * @param raw the commit object without its type and size
   */
  static SignedCommit of(byte[] raw) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream(raw.length);
    StringBuilder signature = new StringBuilder();
    int signatures = 0;
    boolean otherHash = false;
    boolean committed = false;
    boolean misplaced = false;
    Instant dated = Instant.EPOCH;
    boolean inside = false;
    int at = 0;
    while (at < raw.length && raw[at] != '\n') {
      int end = lineEnd(raw, at);
      if (startsWith(raw, at, HEADER)) {
        inside = true;
        misplaced |= !committed;
        signatures++;
        append(signature, raw, at + HEADER.length, end);
      } else if (inside && raw[at] == ' ') {
        append(signature, raw, at + 1, end);
      } else {
        inside = false;
        boolean other = startsWith(raw, at, OTHER);
        otherHash |= other;
        misplaced |= startsWith(raw, at, ANY) && !(other && committed);
        if (startsWith(raw, at, COMMITTER)) {
          committed = true;
          dated = date(raw, at, end);
        }
        payload.write(raw, at, end - at);
      }
      at = end;
    }
    payload.write(raw, at, raw.length - at);
    return new SignedCommit(
        payload.toByteArray(), signature.toString(), signatures, otherHash, misplaced, dated);
  }

  private static Instant date(byte[] raw, int from, int end) {
    String line = new String(raw, from, end - from, StandardCharsets.ISO_8859_1).stripTrailing();
    Matcher date = DATE.matcher(line);
    return date.find() ? Instant.ofEpochSecond(Long.parseLong(date.group(1))) : Instant.EPOCH;
  }

  private static int lineEnd(byte[] raw, int from) {
    int end = from;
    while (end < raw.length && raw[end] != '\n') {
      end++;
    }
    return Math.min(raw.length, end + 1);
  }

  private static boolean startsWith(byte[] raw, int at, byte[] prefix) {
    return raw.length - at >= prefix.length
        && java.util.Arrays.equals(raw, at, at + prefix.length, prefix, 0, prefix.length);
  }

  private static void append(StringBuilder to, byte[] raw, int from, int end) {
    to.append(new String(raw, from, end - from, StandardCharsets.ISO_8859_1));
  }
}
