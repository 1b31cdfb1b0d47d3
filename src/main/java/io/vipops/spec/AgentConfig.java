package io.vipops.spec;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A node's own configuration, {@code /etc/vipops/agent.yaml}. */
public record AgentConfig(
    String node, Source source, Path stateDir, Path runDir, Nginx nginx, LogFormat logFormat) {

  /**
   * Where the spec comes from.
   *
   * @param url {@code file}, {@code ssh} or {@code https}
   * @param path a file, or a folder whose {@code *.yaml} are one spec
   * @param poll between two looks at the branch, give or take 10 % by host
   * @param timeout for one fetch
   */
  public record Source(
      String url,
      String branch,
      String path,
      Duration poll,
      Duration timeout,
      @Nullable Ssh ssh,
      @Nullable Https https) {}

  public record Ssh(Path key, Path knownHosts) {}

  public record Https(@Nullable Path tokenFile, @Nullable Path caFile) {}

  /**
   * @param config the symlink that points at the generation in force
   * @param service the systemd unit; empty: nginx is started by its binary
   * @param endpoint loopback address of the generation endpoint inside nginx
   * @param logDir where nginx writes its logs
   * @param user whom nginx's workers run as
   */
  public record Nginx(
      Path binary,
      Path config,
      Path pid,
      String service,
      InetSocketAddress endpoint,
      Path logDir,
      String user) {}

  public enum LogFormat {
    TEXT,
    JSON
  }
}
