package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/** The repository that {@code source.url} names, and the way there. */
final class Remote implements Closeable {
  private static final String LS_REMOTE = "ls-remote";

  private final AgentConfig.Source source;
  private final URIish uri;
  private final String scheme;
  private final @Nullable SshAccess ssh;
  private final @Nullable HttpsAccess https;

  /** Until the server gives no answer to {@link LsRefs}. */
  private boolean answersAtOnce = true;

  private boolean answeredAtOnce;

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
    return bareUrl();
  }

  private String bareUrl() {
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
      if (Download.cannotFilter(e)) {
        throw failure(step, e);
      }
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

  /**
   * Asks the remote where a branch stands (ls-remote): its 40-digit SHA.
   *
   * @param ref e.g. {@code refs/heads/main}
   * @return null: there is no such branch
   */
  @Nullable String sha(Repository mirror, String ref) throws GitFailure {
    if (https != null && answersAtOnce) {
      LsRefs.Answer answer = askAtOnce(https, ref);
      if (answer != null) {
        return answer.sha();
      }
    }
    return visit(mirror, LS_REMOTE, transport -> advertised(transport, ref)).orElse(null);
  }

  private LsRefs.@Nullable Answer askAtOnce(HttpsAccess https, String ref) throws GitFailure {
    try {
      boolean unused = https.takeAskedForCertificate();
      LsRefs.Answer answer = new LsRefs(https, bareUrl(), source.timeout()).ask(ref);
      answersAtOnce = answer != null;
      answeredAtOnce |= answer != null;
      return answer;
    } catch (IOException e) {
      if (!answeredAtOnce && HttpsFailureText.isOddAnswer(e)) {
        return null; // It may not like the question: the ordinary one tells.
      }
      throw failure(LS_REMOTE, e);
    } catch (RuntimeException e) {
      throw failure(LS_REMOTE, new IOException(e));
    }
  }

  private static Optional<String> advertised(Transport transport, String ref) throws IOException {
    try (FetchConnection refs = transport.openFetch(List.of(new RefSpec(ref + ":" + ref)))) {
      Ref at = refs.getRef(ref);
      return Optional.ofNullable(at).map(Ref::getObjectId).map(ObjectId::name);
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
    String line = step + " " + shownUrl() + ": ";
    if (https == null) {
      String refusal = ssh == null ? null : ssh.refusal(e);
      return GitFailure.ofHost(line + (refusal == null ? reason(e) : refusal), e);
    }
    if (HttpsFailureText.isOddAnswer(e)) {
      https.connectAnew();
    }
    Duration busy = https.takeRetryAfter();
    if (busy != null) {
      return GitFailure.ofBusyHost(
          https.masked(line + HttpsFailureText.busy(FailureText.why(e), busy)), e, busy);
    }
    String host = String.valueOf(uri.getHost());
    boolean asked = https.takeAskedForCertificate();
    String refusal = HttpsFailureText.of(e, https.settings(), host, asked);
    return GitFailure.ofHost(https.masked(line + (refusal == null ? reason(e) : refusal)), e);
  }

  private String reason(IOException e) {
    return FailureText.remote(e, String.valueOf(uri.getHost()));
  }

  @Override
  public void close() {
    if (ssh != null) {
      ssh.close();
    }
  }
}
