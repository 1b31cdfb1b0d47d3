package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one https server, with its token from the first request on. A redirect to another
 * host, port or scheme is refused, so the token cannot travel.
 */
final class HttpsAccess implements HttpConnectionFactory {
  /** Of Debian, Red Hat and SUSE, with their relatives. */
  private static final List<Path> SYSTEMS_CAS =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  private final AgentConfig.Https https;
  private final URIish home;
  private final JDKHttpConnectionFactory connections = new JDKHttpConnectionFactory();
  private TrustManager @Nullable [] managers;
  private @Nullable FileTime managersAsOf;

  HttpsAccess(AgentConfig.Https https, URIish home) {
    this.https = https;
    this.home = home;
  }

  /** The token file, for messages; null: none. */
  @Nullable Path tokenFile() {
    return https.tokenFile();
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    return prepared(connections.create(url), url);
  }

  @Override
  public HttpConnection create(URL url, Proxy proxy) throws IOException {
    return prepared(connections.create(url, proxy), url);
  }

  private HttpConnection prepared(HttpConnection connection, URL url) throws IOException {
    if (!sameServer(url)) {
      throw new IOException(
          "redirected to "
              + url.getProtocol()
              + "://"
              + url.getAuthority()
              + ", which gets no credentials: set source.url to the server's real address");
    }
    Path caFile = https.caFile() == null ? systemsCas() : https.caFile();
    if (caFile != null) {
      try {
        connection.configure(null, trusted(caFile), null);
      } catch (GeneralSecurityException e) {
        throw new IOException("ca_file " + caFile + ": " + e.getMessage(), e);
      }
    }
    Path tokenFile = https.tokenFile();
    if (tokenFile != null) {
      connection.setRequestProperty("Authorization", "Basic " + basic(tokenFile));
    }
    return connection;
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
  private static String basic(Path tokenFile) throws IOException {
    String token;
    try {
      token = Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw new IOException("token_file " + tokenFile + " cannot be read", e);
    }
    // GitHub, GitLab and Gitea take a token as the password of any user.
    String pair = token.indexOf(':') < 0 ? "vipops:" + token : token;
    return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Who this host trusts, with what its administrator added: the runtime has a list of its own that
   * knows nothing of it. Null: that list it is.
   */
  private static @Nullable Path systemsCas() {
    return SYSTEMS_CAS.stream().filter(Files::isReadable).findFirst().orElse(null);
  }

  /** Read again only when the file is another: a system's list is long. */
  private TrustManager[] trusted(Path caFile) throws IOException, GeneralSecurityException {
    FileTime changed = Files.exists(caFile) ? Files.getLastModifiedTime(caFile) : null;
    TrustManager[] known = managers;
    if (known == null || changed == null || !changed.equals(managersAsOf)) {
      known = trustOnly(caFile);
      managers = known;
      managersAsOf = changed;
    }
    return known;
  }

  private static TrustManager[] trustOnly(Path caFile)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(caFile)) {
      int n = 0;
      for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca" + n++, ca);
      }
      if (n == 0) {
        throw new GeneralSecurityException("holds no certificate");
      }
    } catch (java.nio.file.NoSuchFileException e) {
      throw new IOException("ca_file " + caFile + " does not exist", e);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
