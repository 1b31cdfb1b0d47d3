package io.vipops.signing;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of an allowed_signers file.
 *
 * @param principals as the line has them
 * @param namespaces patterns; empty: any
 * @param after null: since ever
 * @param before null: for ever
 * @param at file and line
 */
record AllowedSigner(
    String principals,
    SshKey key,
    List<String> namespaces,
    @Nullable Instant after,
    @Nullable Instant before,
    String at) {

  /** Why this line does not let its key sign commits at {@code now}; null: it does. */
  @Nullable String objection(Instant now) {
    if (!namespaces.isEmpty() && !allows("git")) {
      return "may not sign commits ("
          + at
          + ": namespaces=\""
          + String.join(",", namespaces)
          + "\")";
    }
    if (after != null && now.isBefore(after)) {
      return "is not valid before " + after + " (" + at + ")" + clock(now);
    }
    if (before != null && now.isAfter(before)) {
      return "expired at " + before + " (" + at + ")" + clock(now);
    }
    return null;
  }

  private static String clock(Instant now) {
    return "; this host's clock says " + now.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether {@link #objection} may go as time goes by. One that expired stays so. */
  boolean isEarly(Instant now) {
    return after != null && now.isBefore(after) && (namespaces.isEmpty() || allows("git"));
  }

  /** ssh_config(5), PATTERNS: one that is negated wins. */
  private boolean allows(String namespace) {
    boolean allowed = false;
    for (String pattern : namespaces) {
      boolean negated = pattern.startsWith("!");
      if (matches(negated ? pattern.substring(1) : pattern, namespace)) {
        if (negated) {
          return false;
        }
        allowed = true;
      }
    }
    return allowed;
  }

  private static boolean matches(String pattern, String text) {
    if (pattern.isEmpty()) {
      return text.isEmpty();
    }
    if (pattern.charAt(0) == '*') {
      String rest = pattern.substring(1);
      for (int from = 0; from <= text.length(); from++) {
        if (matches(rest, text.substring(from))) {
          return true;
        }
      }
      return false;
    }
    return !text.isEmpty()
        && (pattern.charAt(0) == '?' || pattern.charAt(0) == text.charAt(0))
        && matches(pattern.substring(1), text.substring(1));
  }
}
