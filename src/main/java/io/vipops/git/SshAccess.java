package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSession;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/**
 * One ssh session to one server, kept between polls: a new one costs half a second. Knows one key
 * and one known_hosts file; never looks into a home directory or asks anybody.
 */
final class SshAccess extends SshSessionFactory implements Closeable {
  private final AgentConfig.Ssh ssh;
  private final Path emptyHome;
  private final KnownHosts knownHosts;
  private final SshdSessionFactory sessions;
  private volatile @Nullable SshdSession session;
  private @Nullable Stamp stamp;

  /**
   * Opens nothing yet.
   *
   * @param emptyHome a folder of ours that stands in for the home directory
   */
  SshAccess(AgentConfig.Ssh ssh, Path emptyHome) {
    this.ssh = ssh;
    this.emptyHome = emptyHome;
    this.knownHosts = new KnownHosts(ssh.knownHosts());
    this.sessions =
        new SshdSessionFactoryBuilder()
            .setPreferredAuthentications("publickey")
            .setHomeDirectory(emptyHome.toFile())
            .setSshDirectory(emptyHome.toFile())
            .setConfigStoreFactory((home, config, user) -> null)
            .setDefaultIdentities(directory -> List.of(ssh.key()))
            .setServerKeyDatabase((home, directory) -> knownHosts)
            .setConnectorFactory(null)
            .build(null);
  }

  @Override
  public RemoteSession getSession(
      URIish uri, @Nullable CredentialsProvider credentials, FS fs, int timeoutMs)
      throws TransportException {
    Stamp now = Stamp.of(ssh.key(), ssh.knownHosts());
    SshdSession kept = session;
    if (kept != null && now.equals(stamp)) {
      return kept;
    }
    drop(); // what it was opened with may be valid no more
    checkFiles(uri);
    stamp = now;
    SshdSession opened = sessions.getSession(uri, credentials, fs, timeoutMs);
    opened.addCloseListener(closed -> session = null);
    session = opened;
    return opened;
  }

  private void checkFiles(URIish uri) throws TransportException {
    try {
      knownHosts.check();
      String unused = PrivateKeyFile.read(ssh.key(), "source.ssh.key");
    } catch (IOException e) {
      throw new TransportException(uri, String.valueOf(e.getMessage()), e);
    }
    try {
      Files.createDirectories(emptyHome);
    } catch (IOException e) {
      throw new TransportException(uri, emptyHome + " cannot be made", e);
    }
  }

  @Override
  public void releaseSession(RemoteSession released) {
    // Kept for the next poll; drop() ends it.
  }

  /** Whether a session is kept, which the server may have given up unnoticed. */
  boolean hasSession() {
    return session != null;
  }

  /** Ends the kept session, so that the next use opens a new one. */
  void drop() {
    SshdSession kept = session;
    session = null;
    if (kept != null) {
      kept.disconnect();
    }
  }

  /** What stands in the way in ssh's own terms; null: something else does. */
  @Nullable String refusal(Throwable failure) {
    String ofHost = knownHosts.refusal();
    if (ofHost != null) {
      return ofHost;
    }
    String why = FailureText.why(failure);
    // JGit and sshd have no type of their own for this.
    return why.contains("ore authentication methods") || why.contains("Cannot log in")
        ? "the server refuses the key " + ssh.key() + ": add its public half there"
        : null;
  }

  @Override
  public String getType() {
    return "vipops";
  }

  @Override
  public void close() {
    drop();
    sessions.close();
  }
}
