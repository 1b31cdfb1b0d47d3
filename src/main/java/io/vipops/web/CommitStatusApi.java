package io.vipops.web;

import io.vipops.json.Json;
import io.vipops.spec.AgentConfig;
import io.vipops.trust.SecretFile;
import io.vipops.trust.TrustedCas;
import io.vipops.trust.UnusableFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sets the status of one commit at a Git server:
 *
 * <pre>
 * GitHub, Gitea   POST URL/repos/OWNER/NAME/statuses/SHA       {state, context, description}
 * GitLab          POST URL/projects/OWNER%2FNAME/statuses/SHA  {state, name, description, ref}
 * </pre>
 *
 * Redirects are not followed: the token is for the server that agent.yaml names.
 */
public final class CommitStatusApi {
  private static final int CONNECT_MS = 5_000;
  private static final int READ_MS = 10_000;
  private static final int MOST_READ = 4096;
  private static final int MOST_BODY = 1 << 20;
  private static final int TOO_MANY_REQUESTS = 429;

  private final AgentConfig.Report report;
  private final AgentConfig.Source source;
  private final String agent;
  private final SecretFile token;
  private final Duration limit;

  /**
   * @param agent who asks, e.g. {@code vipops/0.1.0}
   * @param limit for one call as a whole
   */
  public CommitStatusApi(
      AgentConfig.Report report, AgentConfig.Source source, String agent, Duration limit) {
    this.report = report;
    this.source = source;
    this.agent = agent;
    this.token = new SecretFile("report.token_file", report.tokenFile());
    this.limit = limit;
  }

  /**
   * How a call went.
   *
   * @param line what is wrong, and what to do; "" where nothing is
   * @param after before that another call is of no use; null: as the caller likes
   */
  public record Answer(Kind kind, String line, @Nullable Duration after) {
    /**
     * {@code LATER}: the server is in trouble. {@code DENIED}: no call will do until somebody mends
     * something. {@code REJECTED}: this commit's will not.
     */
    public enum Kind {
      TAKEN,
      LATER,
      DENIED,
      REJECTED
    }

    private static Answer of(Kind kind, String line) {
      return new Answer(kind, line, null);
    }
  }

  /** Calls the server; returns within the limit, whatever the server does. */
  public Answer post(String sha, CommitState state, String context, String description)
      throws InterruptedException {
    Call call = new Call(sha, state, context, description);
    Thread thread = new Thread(call, "commit-status-call");
    thread.setDaemon(true);
    thread.start();
    thread.join(limit.toMillis());
    if (thread.isAlive()) {
      call.abandon();
      String line = shown() + ": no whole answer in " + limit.toSeconds() + " s";
      return Answer.of(Answer.Kind.LATER, line);
    }
    return call.answer;
  }

  private final class Call implements Runnable {
    private final String sha;
    private final CommitState state;
    private final String context;
    private final String description;
    private volatile @Nullable HttpURLConnection connection;
    private volatile Answer answer = Answer.of(Answer.Kind.LATER, "not called");

    Call(String sha, CommitState state, String context, String description) {
      this.sha = sha;
      this.state = state;
      this.context = context;
      this.description = description;
    }

    @Override
    public void run() {
      try {
        answer = call(this);
      } catch (UnusableFileException e) {
        answer = Answer.of(Answer.Kind.DENIED, e.line());
      } catch (SocketTimeoutException e) {
        answer = Answer.of(Answer.Kind.LATER, shown() + ": no answer in time");
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        answer = Answer.of(Answer.Kind.LATER, shown() + ": " + e);
      }
    }

    void abandon() {
      HttpURLConnection open = connection;
      if (open != null) {
        open.disconnect();
      }
    }
  }

  private Answer call(Call call)
      throws IOException, GeneralSecurityException, UnusableFileException {
    String secret = token.read();
    byte[] body = Json.encode(body(call));
    HttpURLConnection to = open(URI.create(address(call.sha)));
    call.connection = to;
    try {
      to.setRequestMethod("POST");
      to.setInstanceFollowRedirects(false);
      to.setConnectTimeout(CONNECT_MS);
      to.setReadTimeout(READ_MS);
      to.setUseCaches(false);
      to.setDoOutput(true);
      to.setFixedLengthStreamingMode(body.length); // and so Java repeats nothing of its own
      to.setRequestProperty("Connection", "close");
      to.setRequestProperty("Content-Type", "application/json");
      to.setRequestProperty("User-Agent", agent);
      authorize(to, secret);
      try (OutputStream out = to.getOutputStream()) {
        out.write(body);
      }
      Answer read = judge(to);
      drain(to);
      return read;
    } finally {
      to.disconnect();
    }
  }

  private HttpURLConnection open(URI address)
      throws IOException, GeneralSecurityException, UnusableFileException {
    AgentConfig.Https https = source.https();
    URI proxy = https == null ? null : https.proxy();
    Proxy through =
        proxy == null
            ? Proxy.NO_PROXY
            : new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(
                    proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort()));
    HttpURLConnection to = (HttpURLConnection) address.toURL().openConnection(through);
    if (to instanceof HttpsURLConnection secure) {
      SSLContext context = SSLContext.getInstance("TLS");
      Path cas = TrustedCas.file(https == null ? null : https.caFile());
      context.init(null, TrustedCas.managers(cas), null);
      secure.setSSLSocketFactory(context.getSocketFactory());
    }
    return to;
  }

  private String address(String sha) {
    String url = report.url().toString().replaceFirst("/+$", "");
    if (report.kind() == AgentConfig.Report.Kind.GITLAB) {
      return url + "/projects/" + encoded(report.repository()) + "/statuses/" + sha;
    }
    String repository =
        Stream.of(report.repository().split("/", -1))
            .map(CommitStatusApi::encoded)
            .collect(Collectors.joining("/"));
    return url + "/repos/" + repository + "/statuses/" + sha;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Map<String, Object> body(Call call) {
    boolean gitlab = report.kind() == AgentConfig.Report.Kind.GITLAB;
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("state", gitlab ? call.state.gitlab() : call.state.word());
    body.put(gitlab ? "name" : "context", call.context);
    body.put("description", call.description);
    if (gitlab) {
      body.put("ref", source.branch());
    }
    return body;
  }

  private void authorize(HttpURLConnection to, String secret) {
    switch (report.kind()) {
      case GITHUB -> {
        to.setRequestProperty("Authorization", "Bearer " + secret);
        to.setRequestProperty("Accept", "application/vnd.github+json");
        to.setRequestProperty("X-GitHub-Api-Version", "2022-11-28");
      }
      case GITLAB -> to.setRequestProperty("PRIVATE-TOKEN", secret);
      case GITEA -> to.setRequestProperty("Authorization", "token " + secret);
    }
  }

  private Answer judge(HttpURLConnection to) throws IOException {
    int code = to.getResponseCode();
    if (code == 200 || code == 201) {
      return Answer.of(Answer.Kind.TAKEN, "");
    }
    String line = shown() + " answers " + code;
    Duration after = after(to);
    if (code == TOO_MANY_REQUESTS
        || code == 408
        || code == 409
        || code >= 500
        || (code == 403 && after != null)) {
      return new Answer(Answer.Kind.LATER, line, after);
    }
    return switch (code) {
      // GitLab's way to say that it has this state already: by these words alone.
      case 400 ->
          text(to).contains("Cannot transition status")
              ? Answer.of(Answer.Kind.TAKEN, "")
              : Answer.of(Answer.Kind.REJECTED, line);
      case 401 -> denied(line + ": put a valid token into report.token_file " + report.tokenFile());
      case 403 -> denied(line + ": let the token set commit statuses of " + report.repository());
      case 404 ->
          Answer.of(
              Answer.Kind.REJECTED,
              line
                  + ": check report.repository "
                  + report.repository()
                  + " and the token's rights");
      case 422 -> Answer.of(Answer.Kind.REJECTED, line + ": it does not know the commit");
      default ->
          code / 100 == 3
              ? denied(line + ", a redirect: set report.url to the server's real address")
              : Answer.of(Answer.Kind.REJECTED, line);
    };
  }

  private static Answer denied(String line) {
    return Answer.of(Answer.Kind.DENIED, line);
  }

  /** When the server wants to be asked again; null: it says nothing. */
  private static @Nullable Duration after(HttpURLConnection to) {
    String seconds = to.getHeaderField("Retry-After");
    if (seconds != null && seconds.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(seconds));
    }
    String reset = to.getHeaderField("X-RateLimit-Reset");
    if ("0".equals(to.getHeaderField("X-RateLimit-Remaining"))
        && reset != null
        && reset.matches("[0-9]{1,12}")) {
      Duration left = Duration.between(Instant.now(), Instant.ofEpochSecond(Long.parseLong(reset)));
      return left.isNegative() ? Duration.ZERO : left;
    }
    return null;
  }

  private static String text(HttpURLConnection to) throws IOException {
    InputStream error = to.getErrorStream();
    return error == null ? "" : new String(error.readNBytes(MOST_READ), StandardCharsets.UTF_8);
  }

  /**
   * Reads what is left, and closes nothing: {@code disconnect} ends the connection. Java would keep
   * it for the next call, though we asked the server to close it, where the stream was closed
   * before, or where a rest came later.
   */
  private static void drain(HttpURLConnection to) {
    try {
      InputStream rest = to.getResponseCode() < 400 ? to.getInputStream() : to.getErrorStream();
      if (rest != null) {
        int unused = rest.readNBytes(MOST_BODY).length;
      }
    } catch (IOException e) {
      return; // the status was read, and is the answer
    }
  }

  /** The server, without what may be secret in its address. */
  private String shown() {
    URI url = report.url();
    int port = url.getPort();
    return "report: " + url.getScheme() + "://" + url.getHost() + (port < 0 ? "" : ":" + port);
  }
}
