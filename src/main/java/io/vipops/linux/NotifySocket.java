package io.vipops.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** systemd's notification socket (sd_notify(3)): lines out, nothing back, never waits. */
public final class NotifySocket extends Descriptor {
  static final int AF_UNIX = 1;
  static final int SOCK_DGRAM = 2;

  /** sizeof(sun_path), and its final zero. */
  private static final int LONGEST_PATH = 107;

  /** What systemd sets for the main process; a child that knew them could speak in its name. */
  private static final List<String> VARIABLES =
      List.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID");

  private final byte[] address;

  /**
   * @param name the value of {@code NOTIFY_SOCKET}: an absolute path, or {@code @} and an abstract
   *     name
   */
  public NotifySocket(String name) throws SystemCallException {
    super(
        Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
        "open a notification socket");
    try {
      address = address(name);
    } catch (IllegalArgumentException e) {
      close();
      throw e;
    }
  }

  /** Takes the variables that lead to the socket out of a child's environment. */
  public static void hideFrom(Map<String, String> environment) {
    VARIABLES.forEach(environment::remove);
  }

  /**
   * Sends one message; from any thread.
   *
   * @param state e.g. {@code READY=1}; several separated by line ends
   * @return false: it was not taken, e.g. because the receiver is behind
   */
  public boolean send(String state) {
    byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
    return Libc.sendto(fd(), bytes, bytes.length, MSG_DONTWAIT, address, address.length) >= 0;
  }

  /** struct sockaddr_un: family, path. An abstract name begins with a zero and is not ended. */
  static byte[] address(String name) {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    boolean isAbstract = name.startsWith("@");
    if (!(isAbstract || name.startsWith("/")) || path.length > LONGEST_PATH) {
      throw new IllegalArgumentException("NOTIFY_SOCKET " + name + " is no socket's address");
    }
    if (isAbstract) {
      path[0] = 0;
    }
    return ByteBuffer.allocate(2 + path.length + (isAbstract ? 0 : 1))
        .order(ByteOrder.nativeOrder())
        .putShort((short) AF_UNIX)
        .put(path)
        .array();
  }
}
