package io.vipops.spec;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A node's own configuration, {@code /etc/vipops/agent.yaml}.
 *
 * @param http loopback address of the status page and the metrics
 * @param webhook null: pushes are noticed by polling alone
 * @param report null: nobody is told
 */
public record AgentConfig(
    String node,
    Source source,
    Path stateDir,
    Path runDir,
    Nginx nginx,
    InetSocketAddress http,
    @Nullable Webhook webhook,
    @Nullable Report report,
    EngineRun engine,
    Drift drift,
    LogFormat logFormat) {

  /**
   * Where the spec comes from.
   *
   * @param url {@code file}, {@code ssh} or {@code https}
   * @param path a file, or a folder whose {@code *.yaml} are one spec
   * @param poll between two looks at the branch, give or take 10 % by host
   * @param timeout for one fetch
   * @param verify null: unsigned commits are taken, too
   */
  public record Source(
      String url,
      String branch,
      String path,
      Duration poll,
      Duration timeout,
      @Nullable Ssh ssh,
      @Nullable Https https,
      @Nullable Verify verify) {}

  public record Ssh(Path key, Path knownHosts) {}

  /**
   * @param tokenFile null: no token is sent
   * @param caFile null: the system's
   * @param proxy {@code http://host:port}; null: none
   * @param certFile client certificate, PEM; null: none. With it {@code keyFile}
   */
  public record Https(
      @Nullable Path tokenFile,
      @Nullable Path caFile,
      @Nullable URI proxy,
      @Nullable Path certFile,
      @Nullable Path keyFile) {
    public static final Https DEFAULT = new Https(null, null, null, null, null);
  }

  /**
   * Only commits signed by one of these are taken.
   *
   * @param revokedKeys whose signatures count no more; null: none
   */
  public record Verify(Path allowedSigners, @Nullable Path revokedKeys) {}

  /**
   * Where a Git server says that somebody has pushed.
   *
   * @param secretFile what it signs its words with
   */
  public record Webhook(Path secretFile, InetSocketAddress listen) {}

  /**
   * Where a status is set on commits.
   *
   * @param url of the API
   * @param repository owner and name
   */
  public record Report(Kind kind, URI url, String repository, Path tokenFile) {
    /** What the server runs. */
    public enum Kind {
      GITHUB,
      GITLAB,
      GITEA
    }
  }

  /**
   * How the VRRP engine runs.
   *
   * @param realtimePriority of its loop, SCHED_RR, 1-99; 0: as every other
   * @param mlock whether the agent is kept in memory
   */
  public record EngineRun(int realtimePriority, boolean mlock) {
    public static final EngineRun DEFAULT = new EngineRun(0, false);
  }

  /** What is done about changes that did not come through Git. */
  public enum Drift {
    REPAIR,
    REPORT
  }

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
