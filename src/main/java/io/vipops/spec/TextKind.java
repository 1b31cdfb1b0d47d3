package io.vipops.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of text that the schema's {@code x-kind} names, checked without regular expressions.
 */
final class TextKind {
  /** nginx's balance methods that need no argument. */
  static final List<String> BALANCES = List.of("round_robin", "least_conn", "ip_hash", "random");

  /** What is wrong with a text: the rest of a sentence that begins with the key. */
  record Fault(RuleId rule, String message) {}

  private TextKind() {}

  /** Null: {@code text} is of that kind. */
  static @Nullable Fault check(String kind, String text) {
    return switch (kind) {
      case "name" -> fault(Names.isName(text), RuleId.BAD_NAME, Names.EXPECTED, text);
      case "duration" ->
          Durations.parse(text) != null
              ? null
              : new Fault(RuleId.BAD_DURATION, Fields.durationHint(text));
      case "address" ->
          fault(Addresses.parse(text) != null, RuleId.BAD_ADDRESS, address(text), text);
      case "virtual address" ->
          fault(
              Addresses.parsePrefix(text) != null,
              RuleId.BAD_ADDRESS,
              "must be an address such as 10.0.0.50/24",
              text);
      case "server" ->
          fault(
              Addresses.parseHostPort(text) != null,
              RuleId.BAD_ADDRESS,
              "must be an IP address and a port such as 10.0.0.101:80",
              text);
      case "interface" ->
          fault(
              isInterface(text),
              RuleId.BAD_NAME,
              "must be an interface name of at most 15 characters",
              text);
      case "label" ->
          fault(
              isLabel(text),
              RuleId.BAD_NAME,
              "must be 1 to 15 characters without spaces, such as eth0:1",
              text);
      case "host" ->
          fault(
              isHost(text),
              RuleId.BAD_NAME,
              "must be a host name such as shop.example.com or *.example.com",
              text);
      case "balance" ->
          fault(
              BALANCES.contains(text),
              RuleId.BAD_VALUE,
              "must be one of " + String.join(", ", BALANCES) + " or {hash: ...}",
              text);
      default -> throw new IllegalStateException("x-kind " + kind);
    };
  }

  private static @Nullable Fault fault(boolean good, RuleId rule, String expected, String text) {
    if (good) {
      return null;
    }
    String hint = rule == RuleId.BAD_VALUE ? Closest.hint(text, BALANCES) : "";
    return new Fault(rule, expected + ", not " + text + hint);
  }

  private static String address(String text) {
    return text.indexOf('/') > 0
        ? "must be an IP address without a prefix length"
        : "must be an IP address";
  }

  private static boolean isInterface(String text) {
    return isLabel(text) && text.indexOf(':') < 0 && !text.equals(".") && !text.equals("..");
  }

  private static boolean isLabel(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '/') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= 15;
  }

  private static boolean isHost(String text) {
    String name = text.startsWith("*.") ? text.substring(2) : text;
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      char c = i < name.length() ? name.charAt(i) : '.';
      if (c == '.') {
        boolean bad = i == start || name.charAt(start) == '-' || name.charAt(i - 1) == '-';
        if (bad || i - start > 63) {
          return false;
        }
        start = i + 1;
      } else if (c != '-' && c != '_' && !isAlphanumeric(c)) {
        return false;
      }
    }
    // nginx's server_name _ is no host, but a way to say: none.
    return text.length() <= 253 && !text.equals("_");
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
