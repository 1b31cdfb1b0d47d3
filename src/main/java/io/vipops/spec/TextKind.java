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
      case "network" ->
          fault(
              isNetwork(text),
              RuleId.BAD_ADDRESS,
              "must be an address or a network such as 10.0.0.0/8",
              text);
      case "version" ->
          fault(
              NginxVersion.parse(text) != null,
              RuleId.BAD_VALUE,
              "must be a version such as 1.22.1",
              text);
      default -> written(kind, text);
    };
  }

  /** The kinds of what is only written, into nginx's configuration or a path. */
  private static @Nullable Fault written(String kind, String text) {
    return switch (kind) {
      case "file" ->
          fault(text.startsWith("/"), RuleId.BAD_VALUE, "must be an absolute path", text);
      case "page" ->
          fault(
              isInside(text),
              RuleId.BAD_VALUE,
              "must be a path inside the repository such as pages/502.html",
              text);
      case "request path" ->
          fault(text.startsWith("/"), RuleId.BAD_PATH, "must begin with /", text);
      case "size" ->
          fault(isSize(text), RuleId.BAD_VALUE, "must be a size such as 512k, 20m or 1g", text);
      case "rate" ->
          fault(isRate(text), RuleId.BAD_VALUE, "must be a rate such as 10r/s or 30r/m", text);
      case "header" -> fault(isHeader(text), RuleId.BAD_NAME, "must be a header's name", text);
      case "trusted header" ->
          fault(
              isHeader(text) || text.equals("proxy_protocol"),
              RuleId.BAD_NAME,
              "must be a header's name or proxy_protocol",
              text);
      case "error status" ->
          fault(
              isNumber(text, 3) && (text.charAt(0) == '4' || text.charAt(0) == '5'),
              RuleId.BAD_VALUE,
              "must be a status from 400 to 599",
              text);
      case "worker processes" ->
          fault(
              text.equals("auto") || isCount(text, 512),
              RuleId.BAD_VALUE,
              "must be auto or a number from 1 to 512",
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

  /** An address, or a network without bits of a host. */
  private static boolean isNetwork(String text) {
    Prefix prefix = Addresses.parsePrefix(text);
    if (prefix == null) {
      return false;
    }
    byte[] bytes = prefix.address().getAddress();
    for (int bit = prefix.length(); bit < bytes.length * 8; bit++) {
      if ((bytes[bit / 8] & (0x80 >> bit % 8)) != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInside(String path) {
    return !path.isEmpty() && !path.startsWith("/") && !("/" + path + "/").contains("/../");
  }

  private static boolean isSize(String text) {
    boolean unit = !text.isEmpty() && "kmg".indexOf(text.charAt(text.length() - 1)) >= 0;
    String number = unit ? text.substring(0, text.length() - 1) : text;
    return !number.isEmpty() && number.length() <= 9 && isNumber(number, number.length());
  }

  private static boolean isRate(String text) {
    boolean unit = text.endsWith("r/s") || text.endsWith("r/m");
    return unit && isCount(text.substring(0, text.length() - 3), 999_999_999);
  }

  private static boolean isHeader(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '-' && !isAlphanumeric(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= 100;
  }

  /** A number from 1 without leading zeros. */
  private static boolean isCount(String text, int most) {
    boolean number = !text.isEmpty() && text.length() <= 9 && isNumber(text, text.length());
    return number && text.charAt(0) != '0' && Integer.parseInt(text) <= most;
  }

  private static boolean isNumber(String text, int digits) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() == digits;
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
