package io.vipops.git;

import io.vipops.spec.AgentConfig;
import io.vipops.trust.SecretFile;
import io.vipops.trust.UnusableFileException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one https server, through the proxy if there is one, with our token from the first
 * request on. A redirect to another host, port or scheme is refused, so the token cannot travel.
 */
final class HttpsAccess implements HttpConnectionFactory {
  private static final int TOO_MANY_REQUESTS = 429;

  static {
    // How long a connection is kept where the server does not say: over the usual poll. One that
    // the server closes earlier is opened again unnoticed.
    setUnlessSet("http.keepAlive.time.server", "300");
    setUnlessSet("http.keepAlive.time.proxy", "300");
  }

  private final AgentConfig.Https https;
  private final URIish home;
  private final TlsFiles tls;
  private volatile String token = "";
  private volatile @Nullable Duration retryAfter;

  HttpsAccess(AgentConfig.Https https, URIish home) {
    this.https = https;
    this.home = home;
    this.tls = new TlsFiles(https);
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** The settings, for messages. */
  AgentConfig.Https settings() {
    return https;
  }

  /**
   * How long the server asked to be left alone since this was last asked; null: it did not. Zero
   * where it is too busy and does not say for how long.
   */
  @Nullable Duration takeRetryAfter() {
    Duration asked = retryAfter;
    retryAfter = null;
    return asked;
  }

  /**
   * Uses no connection again that is open now: it would lead to the same sick server behind a
   * balancer for as long as both keep it, whatever stands there for new ones.
   */
  void connectAnew() {
    tls.forget();
  }

  /** Whether the server asked for a client certificate since this was last asked. */
  boolean takeAskedForCertificate() {
    return tls.takeAskedForCertificate();
  }

  /** {@code text} of the server's without our token: it may give back what it was sent. */
  String masked(String text) {
    String secret = token;
    if (secret.isEmpty()) {
      return text;
    }
    String password = secret.substring(secret.indexOf(':') + 1);
    return text.replace(basic(secret), "***").replace(secret, "***").replace(password, "***");
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    if (!sameServer(url)) {
      throw new SettingFault(
          "redirected to "
              + url.getProtocol()
              + "://"
              + url.getHost()
              + (url.getPort() < 0 ? "" : ":" + url.getPort())
              + ", which gets no credentials: set source.url to the server's real address");
    }
    HttpsURLConnection connection = (HttpsURLConnection) url.openConnection(proxy());
    connection.setSSLSocketFactory(tls.sockets());
    Path tokenFile = https.tokenFile();
    if (tokenFile != null) {
      token = credentials(tokenFile);
      connection.setRequestProperty("Authorization", "Basic " + basic(token));
    }
    return new HttpsConnection(connection, this::onAnswer);
  }

  /** The proxy is ours to choose, whatever JGit would take from the runtime's properties. */
  @Override
  public HttpConnection create(URL url, Proxy ignored) throws IOException {
    return create(url);
  }

  private Proxy proxy() {
    URI proxy = https.proxy();
    return proxy == null
        ? Proxy.NO_PROXY
        : new Proxy(
            Proxy.Type.HTTP,
            new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort()));
  }

  private void onAnswer(HttpURLConnection answer) {
    try {
      int code = answer.getResponseCode();
      if (code == TOO_MANY_REQUESTS || code == HttpURLConnection.HTTP_UNAVAILABLE) {
        Duration asked =
            RetryAfter.of(
                answer.getHeaderField("Retry-After"), answer.getHeaderField("Date"), Instant.now());
        retryAfter = asked == null ? Duration.ZERO : asked;
      }
    } catch (IOException e) {
      // Then whoever asks for the code fails, and says so.
    }
  }

  private boolean sameServer(URL url) {
    int port = home.getPort() < 0 ? 443 : home.getPort();
    int actual = url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
    return url.getProtocol().equalsIgnoreCase("https")
        && url.getHost().equalsIgnoreCase(home.getHost())
        && actual == port;
  }

  /**
   * A line {@code token} or {@code user:token}; read each time, so a new token needs no restart.
   */
  private static String credentials(Path tokenFile) throws IOException {
    String token;
    try {
      token = new SecretFile("source.https.token_file", tokenFile).read();
    } catch (UnusableFileException e) {
      throw new SettingFault(e.line(), e);
    }
    // GitHub, GitLab and Gitea take a token as the password of any user.
    return token.indexOf(':') < 0 ? "vipops:" + token : token;
  }

  private static String basic(String credentials) {
    return Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }
}
