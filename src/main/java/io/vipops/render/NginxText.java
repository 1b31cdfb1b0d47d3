package io.vipops.render;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Values as nginx's configuration language writes them. */
final class NginxText {
  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:*@%+,=$\\[\\]-]+");
  private static final String URL_CHARACTERS = "!#%&'()*+,-./:;=?@[]_~";

  private NginxText() {}

  /** One parameter, in quotes where it needs them. Variables in it stay variables. */
  static String parameter(String value) {
    if (BARE.matcher(value).matches()) {
      return value;
    }
    StringBuilder quoted = new StringBuilder(value.length() + 8).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /**
   * A URL for a directive that knows variables: nginx has no escape for {@code $}, so everything
   * that is not a character of URLs (RFC 3986 §2), and {@code $}, is percent-encoded.
   */
  static String url(String value) {
    StringBuilder encoded = new StringBuilder(value.length());
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isAlphanumeric(c) || URL_CHARACTERS.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }

  /** {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}. */
  static String socket(InetAddress address, int port) {
    String host = address.getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** For directives that take milliseconds. */
  static String time(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  /** For parameters that know whole seconds only: rounded up. */
  static String seconds(Duration time) {
    return time.plusMillis(999).toSeconds() + "s";
  }

  /**
   * The name of an upstream inside nginx: no two upstreams share one, though nginx ignores case,
   * and none is a word or host name that nginx would take for something else.
   */
  static String upstream(String name) {
    StringBuilder safe = new StringBuilder("up-");
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((isAlphanumeric(c) && !Character.isUpperCase(c)) || "-_.".indexOf(c) >= 0) {
        safe.append(c);
      } else {
        safe.append(String.format(Locale.ROOT, "+%02x", (int) c));
      }
    }
    return safe.toString();
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
