package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/** The repository that {@code source.url} names, and the way there. */
final class Remote implements Closeable {
  private final AgentConfig.Source source;
  private final URIish uri;
  private final String scheme;
  private final @Nullable SshAccess ssh;
  private final @Nullable HttpsAccess https;

  /** Work against an open transport. */
  interface Visit<T> {
    T on(Transport transport) throws IOException;
  }

  Remote(AgentConfig.Source source, Path emptyHome) throws GitFailure {
    this.source = source;
    try {
      this.uri = new URIish(source.url());
    } catch (URISyntaxException e) {
      // Nobody knows what is what in it: all up to the last @ may be a password.
      String shown = source.url().replaceFirst("(?s)^.*@", "***@");
      throw GitFailure.ofHost("source.url " + shown + " is not a URL");
    }
    this.scheme = scheme(uri);
    AgentConfig.Https access = source.https();
    this.https =
        scheme.equals("https")
            ? new HttpsAccess(access == null ? AgentConfig.Https.DEFAULT : access, uri)
            : null;
    this.ssh = scheme.equals("ssh") ? sshAccess(source, emptyHome) : null;
  }

  private static String scheme(URIish uri) throws GitFailure {
    String named = uri.getScheme();
    // git@host:path has no scheme and means ssh.
    String scheme = named != null ? named : uri.getHost() != null ? "ssh" : "file";
    return switch (scheme) {
      case "file", "git", "ssh", "https" -> scheme;
      default ->
          throw GitFailure.ofHost(
              "source.url: scheme " + scheme + " is not supported: use file, git, ssh or https");
    };
  }

  private static SshAccess sshAccess(AgentConfig.Source source, Path emptyHome) throws GitFailure {
    AgentConfig.Ssh ssh = source.ssh();
    if (ssh == null) {
      throw GitFailure.ofHost("source.ssh is missing: an ssh URL needs key and known_hosts");
    }
    return new SshAccess(ssh, emptyHome);
  }

  /** The URL as it may be shown: without user or password. */
  String shownUrl() {
    return uri.setUser(null).setPass(null).toString();
  }

  /**
   * Opens a transport and works with it. A kept ssh session that the server gave up meanwhile is
   * replaced once.
   *
   * @param step for the failure's line, e.g. {@code fetch}
   */
  <T> T visit(Repository mirror, String step, Visit<T> visit) throws GitFailure {
    boolean keptSession = ssh != null && ssh.hasSession();
    try {
      return visitOnce(mirror, visit);
    } catch (IOException e) {
      if (ssh != null) {
        ssh.drop();
      }
      if (!keptSession) {
        throw failure(step, e);
      }
    }
    try {
      return visitOnce(mirror, visit);
    } catch (IOException e) {
      throw failure(step, e);
    }
  }

  private <T> T visitOnce(Repository mirror, Visit<T> visit) throws IOException {
    if (scheme.equals("file") && !Files.isDirectory(Path.of(uri.getPath()))) {
      throw new TransportException("no such folder: check source.url");
    }
    try (Transport transport = Transport.open(mirror, uri)) {
      transport.setTimeout((int) Math.max(1, source.timeout().toSeconds()));
      transport.setTagOpt(TagOpt.NO_TAGS);
      if (transport instanceof SshTransport overSsh && ssh != null) {
        overSsh.setSshSessionFactory(ssh);
      }
      if (transport instanceof TransportHttp overHttp && https != null) {
        overHttp.setHttpConnectionFactory(https);
      }
      return visit.on(transport);
    } catch (RuntimeException e) {
      throw new IOException(e);
    }
  }

  private GitFailure failure(String step, IOException e) {
    return GitFailure.ofHost(step + " " + shownUrl() + ": " + reason(e), e);
  }

  private String reason(IOException e) {
    String host = String.valueOf(uri.getHost());
    String why = FailureText.why(e);
    if (ssh != null) {
      String refusal = ssh.hostKeyRefusal();
      if (refusal != null) {
        return refusal;
      }
      if (why.contains("ore authentication methods") || why.contains("Cannot log in")) {
        return "the server refuses the key " + ssh.key() + ": add its public half there";
      }
    }
    if (https != null && (why.contains("not authorized") || why.contains("CredentialsProvider"))) {
      return https.tokenFile() == null
          ? "the server asks for credentials: set source.https.token_file"
          : "the server refuses the token in " + https.tokenFile() + ": put a valid one there";
    }
    if (https != null && why.contains("not permitted")) {
      return "the token may not read this repository: give it read access";
    }
    return FailureText.remote(e, host);
  }

  @Override
  public void close() {
    if (ssh != null) {
      ssh.close();
    }
  }
}
