package io.vipops.git;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who we are, if anybody, and whether a server wanted to know: with TLS 1.3 its refusal comes after
 * the handshake, and is often lost in a connection that just ends.
 */
@SuppressWarnings("NullAway") // null is how a key manager says that it has none
final class AskedIdentity extends X509ExtendedKeyManager {
  private final @Nullable X509ExtendedKeyManager identity;
  private volatile boolean asked;

  AskedIdentity(@Nullable X509ExtendedKeyManager identity) {
    this.identity = identity;
  }

  /** Whether a server asked since this was last asked. */
  boolean takeAsked() {
    boolean was = asked;
    asked = false;
    return was;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
    asked = true;
    return identity == null ? null : identity.chooseClientAlias(kinds, issuers, socket);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] kinds, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    asked = true;
    return identity == null ? null : identity.chooseEngineClientAlias(kinds, issuers, engine);
  }

  @Override
  public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
    return identity == null ? null : identity.getClientAliases(kind, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return identity == null ? null : identity.getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return identity == null ? null : identity.getPrivateKey(alias);
  }

  @Override
  public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
