package io.vipops.spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code source} of {@code agent.yaml}: the repository, and the way there. */
final class AgentSourceReader {
  private static final Path SSH_KEY = Path.of("/etc/vipops/id_ed25519");
  private static final Path KNOWN_HOSTS = Path.of("/etc/vipops/known_hosts");
  private static final List<String> SCHEMES = List.of("file", "ssh", "https", "git");

  private final Fields root;

  AgentSourceReader(Fields root) {
    this.root = root;
  }

  AgentConfig.Source read() {
    Fields source = root.map("source");
    if (source == null) {
      if (!root.has("source")) {
        root.error("missing-key", root.at(), "source is missing: it needs at least source.url");
      }
      return new AgentConfig.Source("", "", "", Duration.ZERO, Duration.ZERO, null, null, null);
    }
    String url = source.required("url");
    String scheme = scheme(source, url);
    AgentConfig.Source read =
        new AgentConfig.Source(
            url,
            AgentValues.nonEmpty(source, "branch", "main"),
            specPath(source),
            source.duration(
                "poll", Duration.ofMillis(100), Duration.ofDays(1), Duration.ofSeconds(15)),
            source.duration(
                "timeout", Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofSeconds(30)),
            ssh(source, scheme.equals("ssh")),
            https(source, scheme.equals("https")),
            verify(source));
    source.done();
    return read;
  }

  private static AgentConfig.@Nullable Verify verify(Fields source) {
    Fields verify = source.map("verify");
    if (verify == null) {
      return null;
    }
    AgentConfig.Verify read =
        new AgentConfig.Verify(
            AgentValues.requiredPath(verify, "allowed_signers"),
            AgentValues.optionalPath(verify, "revoked_keys"));
    verify.done();
    return read;
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
    String path = AgentValues.nonEmpty(source, "path", "cluster.yaml");
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
            AgentValues.path(ssh, "key", SSH_KEY.toString()),
            AgentValues.path(ssh, "known_hosts", KNOWN_HOSTS.toString()));
    ssh.done();
    return used ? read : null;
  }

  private static AgentConfig.@Nullable Https https(Fields source, boolean used) {
    Fields https = source.map("https");
    if (https == null) {
      return used ? AgentConfig.Https.DEFAULT : null;
    }
    AgentConfig.Https read =
        new AgentConfig.Https(
            AgentValues.optionalPath(https, "token_file"),
            AgentValues.optionalPath(https, "ca_file"),
            https.has("proxy") ? AgentValues.url(https, "proxy", List.of("http"), "http://") : null,
            AgentValues.optionalPath(https, "cert_file"),
            AgentValues.optionalPath(https, "key_file"));
    if ((read.certFile() == null) != (read.keyFile() == null)) {
      String missing = read.keyFile() == null ? "key_file" : "cert_file";
      https.error("missing-key", https.at(), "cert_file and key_file go together: " + missing);
    }
    https.done();
    return used ? read : null;
  }
}
