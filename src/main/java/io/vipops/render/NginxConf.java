package io.vipops.render;

import io.vipops.spec.Cluster;
import io.vipops.spec.Route;
import io.vipops.spec.Route.Action;
import io.vipops.spec.SourceMap;
import io.vipops.spec.Spec;
import io.vipops.spec.Upstream;
import java.net.InetSocketAddress;
import java.util.SortedSet;
import java.util.TreeSet;

/** {@code nginx/nginx.conf}, for nginx 1.22 and later. */
final class NginxConf {
  private static final int WORKER_CONNECTIONS = 10240;

  /** Connections, and as many again for files that bodies are buffered in, logs and sockets. */
  private static final int WORKER_FILES = 2 * WORKER_CONNECTIONS;

  private final NginxWriter out = new NginxWriter();
  private final Cluster cluster;
  private final SourceMap source;
  private final Host host;
  private final String id;

  private NginxConf(Spec spec, Host host, String id) {
    this.cluster = spec.cluster();
    this.source = spec.source();
    this.host = host;
    this.id = id;
  }

  /**
   * Writes the file.
   *
   * @param id the generation's, or its placeholder
   */
  static Lines write(Spec spec, Host host, String id) {
    NginxConf conf = new NginxConf(spec, host, id);
    conf.main();
    return conf.out.lines();
  }

  /** No {@code daemon} and {@code master_process}: Debian's unit gives them on the command line. */
  private void main() {
    out.comment("Written by vipops from the cluster spec; changes made here are lost.");
    ours("user", host.nginxUser());
    ours("worker_processes", "auto");
    ours("worker_rlimit_nofile", String.valueOf(WORKER_FILES));
    // Old workers would otherwise stay for as long as their last connection.
    ours("worker_shutdown_timeout", "30s");
    ours("pid", host.nginxPid().toString());
    ours("error_log", host.logs().resolve("error.log").toString(), "warn");
    out.blank();
    out.open(Pointer.NONE, "events");
    ours("worker_connections", String.valueOf(WORKER_CONNECTIONS));
    out.close(Pointer.NONE);
    out.blank();
    out.open(Pointer.NONE, "http");
    http();
    out.close(Pointer.NONE);
  }

  private void http() {
    ours("default_type", "application/octet-stream");
    ours("access_log", host.logs().resolve("access.log").toString());
    ours("server_tokens", "off");
    // A redirect to a path stays one: nginx knows neither the name nor the port clients use.
    ours("absolute_redirect", "off");
    ours("proxy_http_version", "1.1");
    HashSize names = HashSize.of(ServerBlocks.names(cluster));
    ours("server_names_hash_max_size", String.valueOf(names.max()));
    ours("server_names_hash_bucket_size", String.valueOf(names.bucket()));
    SortedSet<String> used = usedUpstreams();
    for (Upstream upstream : cluster.upstreams().values()) {
      if (used.contains(upstream.name())) {
        out.blank();
        UpstreamBlock.write(out, upstream);
      }
    }
    new ServerBlocks(out, cluster, source).write();
    out.blank();
    endpoint();
  }

  /** An upstream that no route names must not cause a reload. */
  private SortedSet<String> usedUpstreams() {
    SortedSet<String> used = new TreeSet<>();
    for (Route route : cluster.routes()) {
      for (Route.Rule rule : route.rules()) {
        if (rule.action() instanceof Action.Proxy proxy) {
          used.add(proxy.upstream());
        }
      }
    }
    return used;
  }

  /** Answers the id of the generation that the answering worker runs: the proof of a reload. */
  private void endpoint() {
    InetSocketAddress at = host.endpoint();
    out.open(Pointer.NONE, "server");
    ours("listen", NginxText.socket(at.getAddress(), at.getPort()));
    ours("server_name", "_");
    ours("access_log", "off");
    // A kept connection would go on asking an old worker.
    ours("keepalive_timeout", "0");
    out.blank();
    out.open(Pointer.NONE, "location", "=", "/generation");
    ours("default_type", "text/plain");
    ours("return", "200", id + "\n");
    out.close(Pointer.NONE);
    out.blank();
    out.open(Pointer.NONE, "location", "/");
    ours("return", "404");
    out.close(Pointer.NONE);
    out.close(Pointer.NONE);
  }

  private void ours(String name, String... parameters) {
    out.directive(Pointer.NONE, name, parameters);
  }
}
