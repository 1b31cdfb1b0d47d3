package io.vipops.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates TLS trusts: a file's CAs alone, else this host's. */
public final class TrustedCas {
  private static final String SETTING = "source.https.ca_file";

  /** Of Debian, Red Hat and SUSE, with their relatives. */
  private static final List<Path> SYSTEMS =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  private TrustedCas() {}

  /**
   * {@code caFile}, else the list of this host with what its administrator added, which the runtime
   * does not know; null: neither is there, and the runtime's own list it is.
   */
  public static @Nullable Path file(@Nullable Path caFile) {
    return caFile != null
        ? caFile
        : SYSTEMS.stream().filter(Files::isReadable).findFirst().orElse(null);
  }

  /**
   * Read anew each time, and kept by nobody here: a system's list is long.
   *
   * @param file PEM, as {@link #file} says; null: the runtime's list
   * @return null: the runtime's
   * @throws UnusableFileException if it is not there, holds no certificate, or others may write it
   */
  public static TrustManager @Nullable [] managers(@Nullable Path file)
      throws UnusableFileException {
    if (file == null) {
      return null;
    }
    String named = SETTING + " " + file;
    try {
      String refusal = FileAccess.TRUST.refusal(SETTING, file);
      if (refusal != null) {
        throw new UnusableFileException(refusal);
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (Certificate ca : certificates(Files.readAllBytes(file))) {
        store.setCertificateEntry("ca" + n++, ca);
      }
      if (n == 0) {
        throw new UnusableFileException(named + " holds no certificate: put it there as PEM");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (NoSuchFileException e) {
      throw new UnusableFileException(named + " does not exist");
    } catch (IOException e) {
      throw new UnusableFileException(named + " cannot be read: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw new UnusableFileException(named + ": " + e.getMessage());
    }
  }

  /** What is no certificate at all ends in an exception, an empty file in none. */
  private static Collection<? extends Certificate> certificates(byte[] pem)
      throws GeneralSecurityException {
    return new String(pem, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")
        ? CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))
        : List.of();
  }
}
