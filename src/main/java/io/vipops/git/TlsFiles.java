package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom TLS trusts and who it says we are. One context is kept as long as its files stay the same:
 * it remembers its sessions, and a connection is only kept open within one. New files are taken at
 * the next connection.
 */
final class TlsFiles {
  /** Of Debian, Red Hat and SUSE, with their relatives. */
  private static final List<Path> SYSTEMS_CAS =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  private final AgentConfig.Https https;
  private @Nullable SSLSocketFactory sockets;
  private @Nullable AskedIdentity identity;
  private @Nullable Stamp stamp;

  TlsFiles(AgentConfig.Https https) {
    this.https = https;
  }

  /**
   * @throws IOException in one line that names the file at fault
   */
  SSLSocketFactory sockets() throws IOException {
    Path caFile = https.caFile() == null ? systemsCas() : https.caFile();
    Stamp now = Stamp.of(caFile, https.certFile(), https.keyFile());
    SSLSocketFactory known = sockets;
    if (known != null && now.equals(stamp)) {
      return known;
    }
    sockets = null;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      AskedIdentity self = identity();
      context.init(new KeyManager[] {self}, caFile == null ? null : trustOnly(caFile), null);
      identity = self;
      SSLSocketFactory made = context.getSocketFactory();
      sockets = made;
      stamp = now;
      return made;
    } catch (GeneralSecurityException e) {
      throw new SettingFault("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** Whether the server asked who we are since this was last asked. */
  boolean takeAskedForCertificate() {
    AskedIdentity known = identity;
    return known != null && known.takeAsked();
  }

  private AskedIdentity identity() throws IOException {
    Path cert = https.certFile();
    Path key = https.keyFile();
    if (cert == null || key == null) {
      return new AskedIdentity(null);
    }
    try {
      return new AskedIdentity(new ClientCertificate(cert, key).keyManager());
    } catch (GeneralSecurityException e) {
      throw new SettingFault("cert_file " + cert + " cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * Who this host trusts, with what its administrator added: the runtime has a list of its own that
   * knows nothing of it. Null: that list it is.
   */
  private static @Nullable Path systemsCas() {
    return SYSTEMS_CAS.stream().filter(Files::isReadable).findFirst().orElse(null);
  }

  /** What is no certificate at all ends in an exception, an empty file in none. */
  private static Collection<? extends Certificate> certificates(InputStream pem)
      throws IOException, GeneralSecurityException {
    byte[] bytes = pem.readAllBytes();
    return new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")
        ? CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes))
        : List.of();
  }

  private static TrustManager[] trustOnly(Path caFile) throws IOException {
    try (InputStream pem = Files.newInputStream(caFile)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (Certificate ca : certificates(pem)) {
        store.setCertificateEntry("ca" + n++, ca);
      }
      if (n == 0) {
        throw new SettingFault("ca_file " + caFile + " holds no certificate: put it there as PEM");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (NoSuchFileException e) {
      throw new SettingFault("ca_file " + caFile + " does not exist", e);
    } catch (GeneralSecurityException e) {
      throw new SettingFault("ca_file " + caFile + ": " + e.getMessage(), e);
    }
  }
}
