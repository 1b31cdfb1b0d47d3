package io.vipops.render;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What a rendering needs to know of the host; all paths absolute.
 *
 * @param generations the folder that holds the generations
 * @param nginxPid nginx's pid file
 * @param endpoint loopback address on which nginx answers its generation's id
 */
public record Host(Path generations, Path nginxPid, InetSocketAddress endpoint) {
  /** A host with every path where the package puts it. */
  public static final Host DEFAULT =
      new Host(
          Path.of("/var/lib/vipops/generations"),
          Path.of("/run/nginx.pid"),
          new InetSocketAddress("127.0.0.1", 9182));
}
