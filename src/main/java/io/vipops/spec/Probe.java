package io.vipops.spec;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** One thing that a check looks at. */
public sealed interface Probe {
  /** A process of this name runs in the agent's network namespace. */
  record Process(String name) implements Probe {}

  /**
   * An HTTP GET answers with one of these statuses.
   *
   * @param url http only, host is an address literal or {@code localhost}
   * @param host the Host header; null: as in the URL
   * @param body text that the answer's body must contain; null: any body
   */
  record Http(URI url, @Nullable String host, SortedSet<Integer> status, @Nullable String body)
      implements Probe {}

  /** A TCP connection is accepted. */
  record Tcp(InetAddress address, int port) implements Probe {}

  /**
   * A command exits with 0.
   *
   * @param command absolute path and arguments; no shell
   * @param user null: an unprivileged one of the host's, never root
   */
  record Script(List<String> command, @Nullable String user) implements Probe {}

  /** An ICMP echo request is answered. */
  record Ping(InetAddress address) implements Probe {}

  /**
   * A file, or something else, is at a path, or nothing is.
   *
   * @param path absolute
   */
  record File(String path, boolean present) implements Probe {}

  /** nginx's master is alive and its generation endpoint answers. */
  record Nginx() implements Probe {}
}
