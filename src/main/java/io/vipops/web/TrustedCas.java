package io.vipops.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom to trust: a file's CAs alone, else this host's, with what its administrator added. */
final class TrustedCas {
  /** Of Debian, Red Hat and SUSE, with their relatives. */
  private static final List<Path> SYSTEMS =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  private TrustedCas() {}

  /**
   * Read anew each time, and then forgotten: a system's list is long, and calls are rare.
   *
   * @param file PEM; null: the system's, or where there is none the runtime's
   * @throws IOException if the file cannot be read
   */
  static SSLSocketFactory sockets(@Nullable Path file)
      throws IOException, GeneralSecurityException {
    Path cas =
        file != null ? file : SYSTEMS.stream().filter(Files::isReadable).findFirst().orElse(null);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, cas == null ? null : only(cas), null);
    return context.getSocketFactory();
  }

  private static TrustManager[] only(Path cas) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(cas)) {
      int n = 0;
      for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca" + n++, ca);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
