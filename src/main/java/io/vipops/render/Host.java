package io.vipops.render;

import io.vipops.spec.Cluster;
import io.vipops.spec.Listener;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a rendering needs to know of the host; all paths absolute.
 *
 * @param generations the folder that holds the generations
 * @param nginxPid nginx's pid file
 * @param endpoint loopback address on which nginx answers its generation's id
 * @param logs the folder of nginx's access.log and error.log
 * @param nginxUser whom nginx's workers run as; without it nginx takes a default from its build
 *     that Debian does not have
 */
public record Host(
    Path generations, Path nginxPid, InetSocketAddress endpoint, Path logs, String nginxUser) {
  private static final Path LOGS = Path.of("/var/log/nginx");
  private static final String USER = "www-data";

  /** A host with every path where the package puts it. */
  public static final Host DEFAULT =
      new Host(
          Path.of("/var/lib/vipops/generations"),
          Path.of("/run/nginx.pid"),
          new InetSocketAddress("127.0.0.1", 9182));

  /** A host with Debian's log folder and user. */
  public Host(Path generations, Path nginxPid, InetSocketAddress endpoint) {
    this(generations, nginxPid, endpoint, LOGS, USER);
  }

  /**
   * Why this host cannot take {@code cluster}: {@link #endpoint}'s port is the host's, and with two
   * servers there neither proves itself. Null: it can.
   */
  public @Nullable String conflict(Cluster cluster) {
    int taken = endpoint.getPort();
    for (Listener listener : cluster.listeners().values()) {
      if (listener.port() == taken) {
        return "listener "
            + listener.name()
            + ": port "
            + taken
            + " is nginx.endpoint's in agent.yaml; take another";
      }
    }
    return null;
  }
}
