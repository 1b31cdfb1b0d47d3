package io.vipops.spec;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values that only {@code agent.yaml} has. What is wrong with one is reported. */
final class AgentValues {
  private AgentValues() {}

  /** A URL with a host, and nobody's password. */
  static URI url(Fields in, String key, List<String> schemes, String fallback) {
    String text = in.string(key, fallback);
    String begin = schemes.get(0) + "://";
    try {
      URI url = new URI(text);
      if (url.getUserInfo() != null) {
        in.error("inline-secret", in.at(key), key + " must not carry a user or password");
      } else if (!schemes.contains(String.valueOf(url.getScheme())) || url.getHost() == null) {
        in.error("bad-url", in.at(key), key + " must begin with " + begin + ", not " + text);
      }
      return url;
    } catch (URISyntaxException e) {
      in.error("bad-url", in.at(key), key + " must be a URL that begins with " + begin);
      return URI.create("about:blank");
    }
  }

  /** Whether what is sent to {@code host} of a URL stays on this host, as far as its name says. */
  static boolean isLoopback(String host) {
    Addresses.HostPort parsed = Addresses.parseHostPort(host + ":1");
    return host.equals("localhost") || (parsed != null && parsed.address().isLoopbackAddress());
  }

  static InetSocketAddress loopback(Fields in, String key, String fallback) {
    String text = in.string(key, fallback);
    Addresses.HostPort parsed = Addresses.parseHostPort(text);
    if (parsed == null || !parsed.address().isLoopbackAddress()) {
      String message = key + " must be a loopback address and a port such as " + fallback;
      in.error("bad-address", in.at(key), message + ", not " + text);
      return InetSocketAddress.createUnresolved("127.0.0.1", 0);
    }
    return new InetSocketAddress(parsed.address(), parsed.port());
  }

  static String nonEmpty(Fields in, String key, String fallback) {
    return in.has(key) ? in.required(key) : fallback;
  }

  static @Nullable Path optionalPath(Fields in, String key) {
    return in.has(key) ? path(in, key, "/") : null;
  }

  static Path requiredPath(Fields in, String key) {
    return in.required(key).isEmpty() ? Path.of("/") : path(in, key, "/");
  }

  static Path path(Fields in, String key, String fallback) {
    String text = in.string(key, fallback);
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      in.error("bad-value", in.at(key), key + " must be an absolute path, not " + text);
      return Path.of(fallback);
    }
    return Path.of(text);
  }
}
