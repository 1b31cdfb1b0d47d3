package io.vipops.git;

import io.vipops.spec.AgentConfig;
import io.vipops.trust.TrustedCas;
import io.vipops.trust.UnusableFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whom TLS trusts and who it says we are. One context is kept as long as its files stay the same:
 * it remembers its sessions, and a connection is only kept open within one. New files are taken at
 * the next connection.
 */
final class TlsFiles {
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
    Path caFile = TrustedCas.file(https.caFile());
    Stamp now = Stamp.of(caFile, https.certFile(), https.keyFile());
    SSLSocketFactory known = sockets;
    if (known != null && now.equals(stamp)) {
      return known;
    }
    sockets = null;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      AskedIdentity self = identity();
      context.init(new KeyManager[] {self}, TrustedCas.managers(caFile), null);
      identity = self;
      SSLSocketFactory made = context.getSocketFactory();
      sockets = made;
      stamp = now;
      return made;
    } catch (UnusableFileException e) {
      throw new SettingFault(e.line(), e);
    } catch (GeneralSecurityException e) {
      throw new SettingFault("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** The next connection has a context of its own, and with it none that was kept is used. */
  void forget() {
    stamp = null;
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
}
