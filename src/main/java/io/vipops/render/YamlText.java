package io.vipops.render;

import io.vipops.spec.Addresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Values as YAML writes them on one line. */
final class YamlText {
  /** Text that no YAML version takes for anything else. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");

  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private YamlText() {}

  /** Text, in quotes where it needs them. */
  static String string(String value) {
    if (PLAIN.matcher(value).matches() && !WORDS.contains(value.toLowerCase(Locale.ROOT))) {
      return value;
    }
    StringBuilder quoted = new StringBuilder(value.length() + 8).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < 0x20 || c >= 0x7f) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** An address, a suffix after it: in quotes where a colon would end a key. */
  static String address(InetAddress address, String suffix) {
    String text = Addresses.text(address) + suffix;
    return address instanceof Inet6Address ? '"' + text + '"' : text;
  }

  /** {@code [a, b]}, of values that are YAML already. */
  static String list(List<String> values) {
    return "[" + String.join(", ", values) + "]";
  }

  /** <code>{a: 1, b: 2}</code>, of values that are YAML already. */
  static String map(Map<String, String> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey() + ": " + e.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
