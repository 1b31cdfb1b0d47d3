package io.vipops.git;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** The certificate by which this node shows a server who it is: PEM, with its chain; PKCS#8 key. */
record ClientCertificate(Path certFile, Path keyFile) {
  private static final char[] NO_PASSWORD = new char[0];

  /**
   * @throws IOException in one line that says what is wrong with which file
   */
  X509ExtendedKeyManager keyManager() throws IOException, GeneralSecurityException {
    Certificate[] chain = chain().toArray(Certificate[]::new);
    if (chain.length == 0) {
      throw new SettingFault(
          "cert_file " + certFile + " holds no certificate: put it there as PEM");
    }
    ((X509Certificate) chain[0]).checkValidity();
    PrivateKey key = key(chain[0]);
    requirePair(chain[0], key);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("client", key, NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return Stream.of(factory.getKeyManagers())
        .filter(X509ExtendedKeyManager.class::isInstance)
        .map(X509ExtendedKeyManager.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private Collection<? extends Certificate> chain() throws IOException {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certFile)));
    } catch (NoSuchFileException e) {
      throw new SettingFault("cert_file " + certFile + " does not exist", e);
    } catch (GeneralSecurityException e) {
      throw new SettingFault("cert_file " + certFile + " is no PEM certificate", e);
    }
  }

  private PrivateKey key(Certificate certificate) throws IOException {
    byte[] bytes =
        PrivateKeyFile.decoded(
            PrivateKeyFile.read(keyFile, "source.https.key_file"), "PRIVATE KEY");
    if (bytes == null) {
      throw new SettingFault(
          "key_file " + keyFile + " is not PKCS#8: openssl pkcs8 -topk8 -nocrypt makes it that");
    }
    try {
      String algorithm = certificate.getPublicKey().getAlgorithm();
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (GeneralSecurityException e) {
      throw notOfTheCertificate(e);
    }
  }

  /** A key of another certificate would only be told by the server, in its words. */
  private void requirePair(Certificate certificate, PrivateKey key) throws IOException {
    String how =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(how);
      signature.initSign(key);
      signature.update(certificate.getEncoded());
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(certificate.getEncoded());
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw notOfTheCertificate(e);
    }
    throw notOfTheCertificate(new GeneralSecurityException("another key"));
  }

  private SettingFault notOfTheCertificate(GeneralSecurityException cause) {
    return new SettingFault(
        "key_file " + keyFile + " is not the key of the certificate in " + certFile, cause);
  }
}
