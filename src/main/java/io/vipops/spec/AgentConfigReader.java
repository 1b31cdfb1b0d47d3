package io.vipops.spec;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code agent.yaml}, without the schema validator: the agent process must stay small. */
public final class AgentConfigReader {
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
            new AgentSourceReader(root).read(),
            AgentValues.path(root, "state_dir", "/var/lib/vipops"),
            AgentValues.path(root, "run_dir", "/run/vipops"),
            nginx(),
            http(),
            webhook(),
            report(),
            engine(),
            root.oneOf("drift", "repair", List.of("repair", "report")).equals("report")
                ? AgentConfig.Drift.REPORT
                : AgentConfig.Drift.REPAIR,
            log());
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

  private AgentConfig.@Nullable Webhook webhook() {
    Fields webhook = root.map("webhook");
    if (webhook == null) {
      return null;
    }
    Path secret = AgentValues.requiredPath(webhook, "secret_file");
    String listen = webhook.string("listen", "0.0.0.0:9181");
    Addresses.HostPort parsed = Addresses.parseHostPort(listen);
    if (parsed == null) {
      String message = "listen must be an address and a port such as 0.0.0.0:9181, not ";
      webhook.error("bad-address", webhook.at("listen"), message + listen);
      return null;
    }
    webhook.done();
    return new AgentConfig.Webhook(secret, new InetSocketAddress(parsed.address(), parsed.port()));
  }

  private AgentConfig.@Nullable Report report() {
    Fields report = root.map("report");
    if (report == null) {
      return null;
    }
    String named = report.required("kind");
    if (!named.isEmpty()) {
      named = report.oneOf("kind", "github", List.of("github", "gitlab", "gitea"));
    }
    AgentConfig.Report.Kind kind =
        switch (named) {
          case "gitlab" -> AgentConfig.Report.Kind.GITLAB;
          case "gitea" -> AgentConfig.Report.Kind.GITEA;
          default -> AgentConfig.Report.Kind.GITHUB;
        };
    String repository = report.required("repository");
    if (!repository.isEmpty() && repository.indexOf('/') < 1) {
      String message = "repository must be like team/lb, not " + repository;
      report.error("bad-value", report.at("repository"), message);
    }
    URI url = AgentValues.url(report, "url", List.of("https", "http"), publicService(kind));
    boolean isClear = "http".equals(url.getScheme()) && url.getUserInfo() == null;
    if (isClear && url.getHost() != null && !AgentValues.isLoopback(url.getHost())) {
      String message =
          "url must begin with https: the token would travel in the clear; http is for a loopback"
              + " address such as http://127.0.0.1:3000, not for ";
      report.error("bad-url", report.at("url"), message + url.getHost());
    }
    AgentConfig.Report read =
        new AgentConfig.Report(
            kind, url, repository, AgentValues.requiredPath(report, "token_file"));
    report.done();
    return read;
  }

  private static String publicService(AgentConfig.Report.Kind kind) {
    return switch (kind) {
      case GITHUB -> "https://api.github.com";
      case GITLAB -> "https://gitlab.com/api/v4";
      case GITEA -> "https://gitea.com/api/v1";
    };
  }

  private AgentConfig.Nginx nginx() {
    Fields nginx = inner("nginx");
    AgentConfig.Nginx read =
        new AgentConfig.Nginx(
            AgentValues.path(nginx, "binary", "/usr/sbin/nginx"),
            AgentValues.path(nginx, "config", "/etc/nginx/nginx.conf"),
            AgentValues.path(nginx, "pid", "/run/nginx.pid"),
            nginx.string("service", "nginx.service"),
            AgentValues.loopback(nginx, "endpoint", "127.0.0.1:9182"),
            AgentValues.path(nginx, "log_dir", "/var/log/nginx"),
            nginx.string("user", "www-data"));
    if (nginx.bool("allow_snippets", false)) {
      nginx.error(
          "not-supported", nginx.at("allow_snippets"), "allow_snippets is not supported yet");
    }
    nginx.done();
    return read;
  }

  private InetSocketAddress http() {
    Fields http = inner("http");
    InetSocketAddress listen = AgentValues.loopback(http, "listen", "127.0.0.1:9180");
    http.done();
    return listen;
  }

  private AgentConfig.EngineRun engine() {
    Fields engine = inner("engine");
    AgentConfig.EngineRun run =
        new AgentConfig.EngineRun(
            engine.integer("realtime_priority", 0, 99, 0), engine.bool("mlock", false));
    engine.done();
    return run;
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
}
