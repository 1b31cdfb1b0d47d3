package io.vipops.git;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.jspecify.annotations.Nullable;

/** JGit's failures in words that say what to mend. */
final class FailureText {
  private static final int MOST_SHOWN = 300;
  private static final Pattern CUT_OFF =
      Pattern.compile("end of file|onnection reset|roken pipe|Short read");

  private FailureText() {}

  /** The cause of a kind, anywhere below {@code failure}. */
  static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> kind) {
    Throwable at = failure;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      if (kind.isInstance(at)) {
        return kind.cast(at);
      }
    }
    return null;
  }

  /** Whether our own mirror, not the remote, is broken. */
  static boolean mirrorIsDamaged(Throwable failure) {
    return cause(failure, CorruptObjectException.class) != null
        || cause(failure, MissingObjectException.class) != null;
  }

  /**
   * Whether the disk does not take what is written to it, however good what is on it. Java gives
   * the system's words, and no number.
   */
  static boolean isStorage(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      String text = String.valueOf(at.getMessage());
      if (at instanceof java.nio.file.AccessDeniedException
          || text.contains("No space left on device")
          || text.contains("Disk quota exceeded")
          || text.contains("Read-only file system")) {
        return true;
      }
    }
    return false;
  }

  /** The deepest message, on one line. */
  static String why(Throwable failure) {
    SettingFault ours = cause(failure, SettingFault.class);
    if (ours != null) {
      return oneLine(String.valueOf(ours.getMessage()));
    }
    String text = failure.toString();
    Throwable at = failure;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        text = at instanceof FileSystemException ? at.toString() : at.getMessage();
      }
    }
    return oneLine(masked(text));
  }

  /** What a server may have sent: on one line that no terminal obeys, and not a long one. */
  static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{C}", "?");
    return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + " ...";
  }

  /** Without user and password in the URLs that it names: a token may stand in either. */
  static String masked(String text) {
    return text.replaceAll("://[^/\\s]*@", "://");
  }

  /** What went wrong on the way to {@code host}, and what to do. */
  static String remote(Throwable failure, String host) {
    if (cause(failure, SettingFault.class) != null) {
      return why(failure);
    }
    if (cause(failure, UnknownHostException.class) != null) {
      return unknownHost(host);
    }
    // SocketTimeoutException is one; git:// and ssh have their own.
    if (cause(failure, InterruptedIOException.class) != null) {
      return host + " does not answer: check the network and firewalls";
    }
    if (cause(failure, ConnectException.class) != null
        || cause(failure, NoRouteToHostException.class) != null) {
      return cannotConnect(host, why(failure));
    }
    if (cause(failure, javax.net.ssl.SSLException.class) != null) {
      return "TLS with "
          + host
          + " failed ("
          + why(failure)
          + "): check source.https.ca_file and the server's certificate";
    }
    if (cause(failure, NoRemoteRepositoryException.class) != null
        || cause(failure, FileNotFoundException.class) != null) {
      return "no repository there: check source.url and its access rights";
    }
    String why = why(failure);
    if (cause(failure, PackProtocolException.class) != null) {
      return doesNotSpeak(host, "Git's protocol", why);
    }
    // JGit runs out of an array then.
    if (cause(failure, IndexOutOfBoundsException.class) != null) {
      return doesNotSpeak(host, "Git's protocol", "a packet's length is no number");
    }
    if (why.contains("server identification")) {
      return doesNotSpeak(host, "ssh", why);
    }
    if (why.contains("Redirected more than")) {
      return "redirected again and again: set source.url to the server's real address";
    }
    if (CUT_OFF.matcher(why).find() || cause(failure, EOFException.class) != null) {
      return host + " cut the connection (" + why + "): check the server and what stands before it";
    }
    String lower = why.toLowerCase(Locale.ROOT);
    // git:// failures carry no cause.
    if (lower.endsWith(": unknown host")) {
      return unknownHost(host);
    }
    if (lower.endsWith(": connection refused")) {
      return cannotConnect(host, "Connection refused");
    }
    if (lower.contains("repository not found") || lower.contains("does not appear to be a git")) {
      return "no repository there: check source.url and its access rights";
    }
    return why;
  }

  private static String doesNotSpeak(String host, String what, String why) {
    return host + " does not speak " + what + " (" + why + "): check source.url and its port";
  }

  private static String unknownHost(String host) {
    return "host " + host + " is unknown: check source.url and the resolver";
  }

  private static String cannotConnect(String host, String why) {
    return "cannot connect to "
        + host
        + " ("
        + why
        + "): check source.url and that the server runs";
  }
}
