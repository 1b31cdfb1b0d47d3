package io.vipops.git;

import io.vipops.spec.AgentConfig;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Failures on the way to an https server in words that say what to mend. */
final class HttpsFailureText {
  private static final Pattern CUT_OFF =
      Pattern.compile("writing to server|end of file|onnection reset|roken pipe|losed");

  /** JGit and the runtime tell most of this by their words alone. */
  private HttpsFailureText() {}

  /** As in {@code 503 Service Unavailable; it asks to wait 120 s}. */
  static String busy(String why, Duration retryAfter) {
    return "the server is busy ("
        + why
        + ")"
        + (retryAfter.isZero() ? "" : "; it asks to wait " + retryAfter.toSeconds() + " s");
  }

  /** Whether a server was reached and answered, but not in its right way. */
  static boolean isOddAnswer(Throwable failure) {
    return Stream.of(
                SettingFault.class,
                ConnectException.class,
                UnknownHostException.class,
                SocketTimeoutException.class,
                SSLException.class)
            .allMatch(kind -> FailureText.cause(failure, kind) == null)
        && !FailureText.why(failure).contains("tunnel");
  }

  /**
   * What to mend in {@code source.https}; null: nothing there.
   *
   * @param askedForCertificate whether the server did, before the failure
   */
  static @Nullable String of(
      Throwable failure, AgentConfig.Https https, String host, boolean askedForCertificate) {
    if (FailureText.cause(failure, SettingFault.class) != null) {
      return null;
    }
    String why = FailureText.why(failure);
    String proxy = https.proxy() == null ? null : ofProxy(failure, why, https.proxy(), host);
    if (proxy != null) {
      return proxy;
    }
    if (why.contains("not authorized") || why.contains("CredentialsProvider")) {
      return https.tokenFile() == null
          ? "the server asks for credentials: set source.https.token_file"
          : "the server refuses the token in " + https.tokenFile() + ": put a valid one there";
    }
    if (why.contains("not permitted")) {
      return "the token may not read this repository: give it read access";
    }
    if (why.contains("Redirection blocked")) {
      return "redirected away from https, where no credentials go: set source.url to the server's"
          + " real address";
    }
    return ofCertificate(why, https, askedForCertificate && isOddAnswer(failure));
  }

  /** The server's alerts of RFC 8446, 6.2; nginx says it by a status of 400. */
  private static @Nullable String ofCertificate(
      String why, AgentConfig.Https https, boolean asked) {
    boolean alert =
        (asked && CUT_OFF.matcher(why).find())
            || (why.contains("fatal alert: ")
                && (why.contains("certificate")
                    || why.contains("unknown_ca")
                    || why.contains("denied")));
    if (https.certFile() != null && (alert || why.startsWith("400 "))) {
      return "the server refuses the certificate in "
          + https.certFile()
          + " ("
          + why
          + "): put one there that it trusts";
    }
    return alert
        ? "the server asks for a client certificate ("
            + why
            + "): set source.https.cert_file and key_file"
        : null;
  }

  private static @Nullable String ofProxy(Throwable failure, String why, URI proxy, String host) {
    if (FailureText.cause(failure, ConnectException.class) != null) {
      return "cannot connect to the proxy "
          + proxy
          + " ("
          + why
          + "): check source.https.proxy and that it runs";
    }
    if (FailureText.cause(failure, UnknownHostException.class) != null) {
      return "the proxy's host "
          + proxy.getHost()
          + " is unknown: check source.https.proxy and the resolver";
    }
    if (FailureText.cause(failure, SocketTimeoutException.class) != null) {
      return host + " does not answer through the proxy " + proxy + ": check both";
    }
    if (!why.contains("tunnel")) {
      return null;
    }
    int quote = why.indexOf('"');
    String said = quote < 0 ? why : why.substring(quote).replace("\"", "");
    return said.contains(" 407")
        ? "the proxy " + proxy + " asks for credentials, which are not supported: let this host in"
        : "the proxy " + proxy + " does not let us through to " + host + " (" + said + ")";
  }
}
