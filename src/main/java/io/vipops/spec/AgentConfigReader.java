package io.vipops.spec;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code agent.yaml}, without the schema validator: the agent process must stay small. */
public final class AgentConfigReader {
  private static final Path SSH_KEY = Path.of("/etc/vipops/id_ed25519");
  private static final Path KNOWN_HOSTS = Path.of("/etc/vipops/known_hosts");
  private static final List<String> SCHEMES = List.of("file", "ssh", "https", "git");

  private final Fields root;
  private final String hostName;

  private AgentConfigReader(Fields root, String hostName) {
    this.root = root;
    this.hostName = hostName;
  }

  /**
   * What was read.
   *
   * @param config null where there is an error among the problems
   */
  public record Reading(@Nullable AgentConfig config, List<Problem> problems) {}

  /**
   * Reads the text of one agent.yaml.
   *
   * @param hostName the node's name where the file says none, up to its first dot
   */
  public static Reading read(String file, byte[] bytes, String hostName) {
    List<Problem> problems = new ArrayList<>();
    Fields root = Fields.of(Yaml.read(file, bytes), problems);
    AgentConfig config = root == null ? null : new AgentConfigReader(root, hostName).config();
    return new Reading(problems.isEmpty() ? config : null, Problems.sorted(problems));
  }

  private AgentConfig config() {
    root.requireVersion();
    AgentConfig config =
        new AgentConfig(
            node(),
            source(),
            path(root, "state_dir", "/var/lib/vipops"),
            path(root, "run_dir", "/run/vipops"),
            nginx(),
            log());
    http();
    webhook();
    report();
    engine();
    if (root.oneOf("drift", "repair", List.of("repair", "report")).equals("report")) {
      root.error("not-supported", root.at("drift"), "drift: report is not supported yet");
    }
    root.done();
    return config;
  }

  private String node() {
    int dot = hostName.indexOf('.');
    String shortName = dot < 0 ? hostName : hostName.substring(0, dot);
    String node = root.string("node", shortName);
    if (!Names.isName(node)) {
      root.error("bad-value", root.at("node"), "node " + Names.EXPECTED + ", not " + node);
    }
    return node;
  }

  private AgentConfig.Source source() {
    Fields source = root.map("source");
    if (source == null) {
      if (!root.has("source")) {
        root.error("missing-key", root.at(), "source is missing: it needs at least source.url");
      }
      return new AgentConfig.Source("", "", "", Duration.ZERO, Duration.ZERO, null, null);
    }
    String url = source.required("url");
    String scheme = scheme(source, url);
    AgentConfig.Source read =
        new AgentConfig.Source(
            url,
            nonEmpty(source, "branch", "main"),
            specPath(source),
            source.duration(
                "poll", Duration.ofMillis(100), Duration.ofDays(1), Duration.ofSeconds(15)),
            source.duration(
                "timeout", Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofSeconds(30)),
            ssh(source, scheme.equals("ssh")),
            https(source, scheme.equals("https")));
    verify(source);
    source.done();
    return read;
  }

  private static void verify(Fields source) {
    Fields verify = source.map("verify");
    if (verify != null) {
      requiredPath(verify, "allowed_signers");
      verify.done();
    }
    source.notSupported("verify");
  }

  private static String scheme(Fields source, String url) {
    int end = url.indexOf("://");
    String scheme = end < 0 ? "" : url.substring(0, end);
    int at = url.indexOf('@');
    int path = end < 0 ? -1 : url.indexOf('/', end + 3);
    boolean user = end >= 0 && at >= 0 && (path < 0 || at < path);
    if (url.isEmpty()) {
      return scheme;
    }
    if (!SCHEMES.contains(scheme)) {
      String hint =
          url.startsWith("/")
              ? ": did you mean file://" + url + "?"
              : end < 0 && at > 0 && url.indexOf(':', at) > 0
                  ? ": did you mean ssh://" + url.replaceFirst(":", "/") + "?"
                  : "";
      source.error("bad-url", source.at("url"), "url must begin with file, ssh or https" + hint);
    } else if (user && (scheme.equals("https") || url.substring(end + 3, at).indexOf(':') >= 0)) {
      String message = "url must not carry a user or password: put a token into https.token_file";
      source.error("inline-secret", source.at("url"), message);
    } else if (scheme.equals("file") && !url.startsWith("file:///")) {
      source.error("bad-url", source.at("url"), "a file url has an absolute path: file:///…");
    }
    return scheme;
  }

  private static String specPath(Fields source) {
    String path = nonEmpty(source, "path", "cluster.yaml");
    if (path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
      String message = "path must be relative to the repository and stay inside it, not " + path;
      source.error("bad-value", source.at("path"), message);
    }
    return path;
  }

  private static AgentConfig.@Nullable Ssh ssh(Fields source, boolean used) {
    Fields ssh = source.map("ssh");
    if (ssh == null) {
      return used ? new AgentConfig.Ssh(SSH_KEY, KNOWN_HOSTS) : null;
    }
    AgentConfig.Ssh read =
        new AgentConfig.Ssh(
            path(ssh, "key", SSH_KEY.toString()), path(ssh, "known_hosts", KNOWN_HOSTS.toString()));
    ssh.done();
    return used ? read : null;
  }

  private static AgentConfig.@Nullable Https https(Fields source, boolean used) {
    Fields https = source.map("https");
    if (https == null) {
      return used ? new AgentConfig.Https(null, null) : null;
    }
    AgentConfig.Https read =
        new AgentConfig.Https(optionalPath(https, "token_file"), optionalPath(https, "ca_file"));
    proxy(https);
    https.done();
    return used ? read : null;
  }

  private static void proxy(Fields https) {
    String proxy = https.string("proxy", "http://");
    if (!proxy.startsWith("http://")) {
      https.error("bad-url", https.at("proxy"), "proxy must begin with http://, not " + proxy);
    }
    https.notSupported("proxy");
  }

  /** What is not supported is read for its shape, so that it is right once it is. */
  private void webhook() {
    Fields webhook = root.map("webhook");
    if (webhook != null) {
      requiredPath(webhook, "secret_file");
      String listen = webhook.string("listen", "0.0.0.0:9181");
      if (Addresses.parseHostPort(listen) == null) {
        String message = "listen must be an address and a port such as 0.0.0.0:9181, not ";
        webhook.error("bad-address", webhook.at("listen"), message + listen);
      }
      webhook.done();
    }
    root.notSupported("webhook");
  }

  private void report() {
    Fields report = root.map("report");
    if (report != null) {
      if (report.required("kind").length() > 0) {
        report.oneOf("kind", "github", List.of("github", "gitlab", "gitea"));
      }
      String repository = report.required("repository");
      if (!repository.isEmpty() && repository.indexOf('/') < 1) {
        String message = "repository must be like team/lb, not " + repository;
        report.error("bad-value", report.at("repository"), message);
      }
      String url = report.string("url", "https://");
      if (!url.startsWith("https://") && !url.startsWith("http://")) {
        report.error("bad-url", report.at("url"), "url must begin with https://, not " + url);
      }
      requiredPath(report, "token_file");
      report.done();
    }
    root.notSupported("report");
  }

  private AgentConfig.Nginx nginx() {
    Fields nginx = inner("nginx");
    AgentConfig.Nginx read =
        new AgentConfig.Nginx(
            path(nginx, "binary", "/usr/sbin/nginx"),
            path(nginx, "config", "/etc/nginx/nginx.conf"),
            path(nginx, "pid", "/run/nginx.pid"),
            nginx.string("service", "nginx.service"),
            loopback(nginx, "endpoint", "127.0.0.1:9182"),
            path(nginx, "log_dir", "/var/log/nginx"),
            nginx.string("user", "www-data"));
    if (nginx.bool("allow_snippets", false)) {
      nginx.error(
          "not-supported", nginx.at("allow_snippets"), "allow_snippets is not supported yet");
    }
    nginx.done();
    return read;
  }

  private void http() {
    Fields http = inner("http");
    loopback(http, "listen", "127.0.0.1:9180");
    http.done();
  }

  private void engine() {
    Fields engine = inner("engine");
    if (engine.integer("realtime_priority", 0, 99, 0) != 0) {
      String message = "realtime_priority is not supported yet";
      engine.error("not-supported", engine.at("realtime_priority"), message);
    }
    if (engine.bool("mlock", false)) {
      engine.error("not-supported", engine.at("mlock"), "mlock is not supported yet");
    }
    engine.done();
  }

  private AgentConfig.LogFormat log() {
    Fields log = inner("log");
    boolean json = log.oneOf("format", "text", List.of("text", "json")).equals("json");
    log.done();
    return json ? AgentConfig.LogFormat.JSON : AgentConfig.LogFormat.TEXT;
  }

  /** The map under {@code key}, or an empty one. */
  private Fields inner(String key) {
    Fields inner = root.map(key);
    return inner == null ? root.empty() : inner;
  }

  private static InetSocketAddress loopback(Fields in, String key, String fallback) {
    String text = in.string(key, fallback);
    Addresses.HostPort parsed = Addresses.parseHostPort(text);
    if (parsed == null || !parsed.address().isLoopbackAddress()) {
      String message = key + " must be a loopback address and a port such as " + fallback;
      in.error("bad-address", in.at(key), message + ", not " + text);
      return InetSocketAddress.createUnresolved("127.0.0.1", 0);
    }
    return new InetSocketAddress(parsed.address(), parsed.port());
  }

  private static String nonEmpty(Fields in, String key, String fallback) {
    return in.has(key) ? in.required(key) : fallback;
  }

  private static @Nullable Path optionalPath(Fields in, String key) {
    return in.has(key) ? path(in, key, "/") : null;
  }

  private static void requiredPath(Fields in, String key) {
    if (!in.required(key).isEmpty()) {
      path(in, key, "/");
    }
  }

  private static Path path(Fields in, String key, String fallback) {
    String text = in.string(key, fallback);
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      in.error("bad-value", in.at(key), key + " must be an absolute path, not " + text);
      return Path.of(fallback);
    }
    return Path.of(text);
  }
}
