package io.vipops.git;

import io.vipops.trust.FileAccess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
 * restart. A line that cannot be read allows nothing, and does not keep the others from it.
 */
final class KnownHosts implements ServerKeyDatabase {
  private final Path file;
  private volatile @Nullable String refusal;

  KnownHosts(Path file) {
    this.file = file;
  }

  /** A line for a host. The key is null where its kind is none that we know. */
  private record Pin(@Nullable String marker, @Nullable PublicKey key) {}

  /** Why the last key was refused; null: it was not. */
  @Nullable String refusal() {
    return refusal;
  }

  /**
   * @throws IOException in one line, if the file is not there or cannot be read
   */
  void check() throws IOException {
    refusal = null;
    List<KnownHostEntry> unused = entries();
  }

  @Override
  public List<PublicKey> lookup(
      String connectAddress, InetSocketAddress remote, Configuration config) {
    List<PublicKey> keys = new ArrayList<>();
    try {
      for (Pin pin : pins(connectAddress)) {
        if (pin.marker == null && pin.key != null) {
          keys.add(pin.key);
        }
      }
    } catch (IOException e) {
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
    List<Pin> pins;
    try {
      pins = pins(address);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
    boolean pinned = false;
    boolean byAuthority = false;
    boolean byKey = false;
    for (Pin pin : pins) {
      boolean same = pin.key != null && KeyUtils.compareKeys(pin.key, offered);
      if (same && "revoked".equals(pin.marker)) {
        return "host key " + name + " is marked @revoked in " + file;
      }
      pinned |= same && pin.marker == null;
      byKey |= pin.marker == null;
      byAuthority |= "cert-authority".equals(pin.marker);
    }
    if (pinned) {
      return null;
    }
    if (byKey) {
      return "host key of "
          + address
          + " does not match "
          + file
          + "; it offers "
          + name
          + ": if the server's key was replaced, verify the new one and put it there";
    }
    return "host key of "
        + address
        + " is unknown; it offers "
        + name
        + (byAuthority ? ", and @cert-authority is not supported" : "")
        + ": verify it and add it to "
        + file
        + " (ssh-keyscan prints the line)";
  }

  private List<Pin> pins(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    boolean withPort =
        address.startsWith("[")
            ? colon > address.indexOf(']')
            : colon > 0 && address.indexOf(':') == colon;
    String host = withPort ? address.substring(0, colon) : address;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = withPort ? Integer.parseInt(address.substring(colon + 1)) : 22;
    List<Pin> pins = new ArrayList<>();
    for (KnownHostEntry entry : entries()) {
      if (isFor(entry, host, port)) {
        pins.add(new Pin(entry.getMarker(), key(entry)));
      }
    }
    return pins;
  }

  private static boolean isFor(KnownHostEntry entry, String host, int port) {
    if (entry.getHashedEntry() != null) {
      return entry.isHostMatch(host, port);
    }
    String line = entry.getConfigLine();
    String names = line.substring(line.startsWith("@") ? line.indexOf(' ') + 1 : 0).strip();
    return HostPatterns.match(names.split("\\s", 2)[0], host, port);
  }

  private List<KnownHostEntry> entries() throws IOException {
    if (!Files.exists(file)) {
      throw new SettingFault(
          "known_hosts "
              + file
              + " does not exist: put the server's host key there (ssh-keyscan prints it)");
    }
    List<String> lines;
    try {
      String refusal = FileAccess.TRUST.refusal("known_hosts", file);
      if (refusal != null) {
        throw new SettingFault(refusal);
      }
      lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (SettingFault e) {
      throw e;
    } catch (IOException e) {
      throw new SettingFault("known_hosts " + file + " cannot be read: " + FailureText.why(e), e);
    }
    List<KnownHostEntry> entries = new ArrayList<>();
    for (String line : lines) {
      KnownHostEntry entry = entry(line.strip());
      if (entry != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static @Nullable KnownHostEntry entry(String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return null;
    }
    try {
      return KnownHostEntry.parseKnownHostEntry(line);
    } catch (RuntimeException e) {
      return null;
    }
  }

  private static @Nullable PublicKey key(KnownHostEntry entry) {
    try {
      return entry.getKeyEntry().resolvePublicKey(null, null, null);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      return null;
    }
  }
}
