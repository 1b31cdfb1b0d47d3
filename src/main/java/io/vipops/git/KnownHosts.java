package io.vipops.git;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.jspecify.annotations.Nullable;

/**
 * The host keys that a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) allows. Nothing is
 * ever added: an unknown key is refused. The file is read at each connection, so a new pin needs no
 * restart.
 */
final class KnownHosts implements ServerKeyDatabase {
  private final Path file;
  private volatile @Nullable String refusal;

  KnownHosts(Path file) {
    this.file = file;
  }

  /** Why the last key was refused; null: it was not. */
  @Nullable String refusal() {
    return refusal;
  }

  @Override
  public List<PublicKey> lookup(
      String connectAddress, InetSocketAddress remote, Configuration config) {
    List<PublicKey> keys = new ArrayList<>();
    try {
      for (KnownHostEntry entry : entries(connectAddress)) {
        if (entry.getMarker() == null) {
          keys.add(key(entry));
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      // accept() says so: this list only orders the algorithms that are offered.
      return List.of();
    }
    return keys;
  }

  @Override
  public boolean accept(
      String connectAddress,
      InetSocketAddress remote,
      PublicKey serverKey,
      Configuration config,
      @Nullable CredentialsProvider provider) {
    refusal = judge(connectAddress, serverKey);
    return refusal == null;
  }

  private @Nullable String judge(String address, PublicKey offered) {
    String name = KeyUtils.getKeyType(offered) + " " + KeyUtils.getFingerPrint(offered);
    List<KnownHostEntry> known;
    boolean pinned = false;
    try {
      known = entries(address);
      for (KnownHostEntry entry : known) {
        if (KeyUtils.compareKeys(key(entry), offered)) {
          if ("revoked".equals(entry.getMarker())) {
            return "host key " + name + " is marked @revoked in " + file;
          }
          pinned |= entry.getMarker() == null;
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      return "known_hosts " + file + " cannot be read: " + FailureText.why(e);
    }
    if (pinned) {
      return null;
    }
    return known.isEmpty()
        ? "host key of "
            + address
            + " is unknown; it offers "
            + name
            + ": verify it and add it to "
            + file
            + " (ssh-keyscan prints the line)"
        : "host key of "
            + address
            + " does not match "
            + file
            + "; it offers "
            + name
            + ": if the server's key was replaced, verify the new one and put it there";
  }

  private List<KnownHostEntry> entries(String address) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("no such file, or not readable");
    }
    int colon = address.lastIndexOf(':');
    boolean withPort = (colon > 0 && address.indexOf(':') == colon) || address.startsWith("[");
    String host = withPort ? address.substring(0, colon) : address;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = withPort ? Integer.parseInt(address.substring(colon + 1)) : 22;
    List<KnownHostEntry> matching = new ArrayList<>();
    for (KnownHostEntry entry : KnownHostEntry.readKnownHostEntries(file)) {
      if (entry.isHostMatch(host, port)) {
        matching.add(entry);
      }
    }
    return matching;
  }

  private static PublicKey key(KnownHostEntry entry) throws IOException, GeneralSecurityException {
    PublicKey key = entry.getKeyEntry().resolvePublicKey(null, null, null);
    if (key == null) {
      throw new IOException("a key of an unknown type");
    }
    return key;
  }
}
