package io.vipops.web;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request names this host by a loopback name. A page of a stranger's can point its own
 * name at 127.0.0.1 and have a browser here ask for it; the browser still says that name.
 */
final class LoopbackHost {
  private LoopbackHost() {}

  /**
   * @param host the Host header; null: no browser asks
   */
  static boolean allows(@Nullable String host) {
    if (host == null) {
      return true;
    }
    String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", "");
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }
}
