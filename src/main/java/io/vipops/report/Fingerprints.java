package io.vipops.report;

import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a finding so that a CI system knows it again after lines around it moved: by its rule, its
 * file, the text of its line and its message; not by the number of its line. Findings that are
 * alike in all of these are counted in their order.
 */
final class Fingerprints {
  /** Characters around the column that say enough of a long line. */
  private static final int AROUND = 100;

  /** Messages refer to other lines: {@code already given on line 12}, {@code in a.yaml:12}. */
  private static final Pattern LINE = Pattern.compile("(\\bline |\\.ya?ml:)\\d+");

  private final Report report;
  private final Map<String, Integer> seen = new HashMap<>();

  Fingerprints(Report report) {
    this.report = report;
  }

  /** 64 hex digits, different for each call. */
  String of(Problem problem, Checked in) {
    Position at = problem.position();
    String text =
        String.join(
            "\0",
            problem.rule(),
            report.name(at.file()),
            excerpt(in.lines().line(at), at.column()),
            LINE.matcher(problem.message()).replaceAll("$1"));
    int before = seen.merge(text, 1, Integer::sum) - 1;
    return hash(text + "\0" + before);
  }

  private static String excerpt(@Nullable String line, int column) {
    if (line == null || line.length() <= 2 * AROUND) {
      return line == null ? "" : line.strip();
    }
    int middle = Math.min(Math.max(column - 1, 0), line.length());
    return line.substring(Math.max(0, middle - AROUND), Math.min(line.length(), middle + AROUND));
  }

  private static String hash(String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
