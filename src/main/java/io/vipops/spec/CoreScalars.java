package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/**
 * Unquoted scalars by the YAML 1.2 core schema (YAML 1.2.2 §10.3.2), with one deviation: a decimal
 * number with a leading zero, e.g. {@code 0123}, is text, because nobody who writes one means 123.
 */
final class CoreScalars {
  private CoreScalars() {}

  /** {@code String}, {@code Long}, {@code Double}, {@code Boolean} or null. */
  static @Nullable Object resolve(String text) {
    return switch (text) {
      case "", "~", "null", "Null", "NULL" -> null;
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      case ".nan", ".NaN", ".NAN" -> Double.NaN;
      case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> Double.POSITIVE_INFINITY;
      case "-.inf", "-.Inf", "-.INF" -> Double.NEGATIVE_INFINITY;
      default -> number(text);
    };
  }

  private static Object number(String text) {
    char first = text.charAt(0);
    if (!isDigit(first) && first != '-' && first != '+' && first != '.') {
      return text;
    }
    if (text.startsWith("0x")) {
      return integer(text, text.substring(2), 16);
    }
    if (text.startsWith("0o")) {
      return integer(text, text.substring(2), 8);
    }
    return decimal(text);
  }

  private static Object integer(String text, String digits, int radix) {
    if (digits.isEmpty() || Character.digit(digits.charAt(0), radix) < 0) {
      return text;
    }
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      return text;
    }
  }

  private static Object decimal(String text) {
    int at = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
    int start = at;
    at = digits(text, at);
    int whole = at - start;
    if (whole > 1 && text.charAt(start) == '0') {
      return text;
    }
    boolean fraction = at < text.length() && text.charAt(at) == '.';
    if (fraction) {
      int from = at + 1;
      at = digits(text, from);
      whole += at - from;
    }
    if (whole == 0) {
      return text;
    }
    boolean exponent = at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E');
    if (exponent) {
      int from = at + 1;
      if (from < text.length() && (text.charAt(from) == '-' || text.charAt(from) == '+')) {
        from++;
      }
      at = digits(text, from);
      if (at == from) {
        return text;
      }
    }
    if (at != text.length()) {
      return text;
    }
    // 18 digits always fit a long.
    if (fraction || exponent || whole > 18) {
      return Double.parseDouble(text);
    }
    return Long.parseLong(text);
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
