package io.vipops.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** systemd's end of a notification socket. */
public final class NotifyReceiver extends Descriptor {
  private static final int SO_RCVTIMEO = 20;

  private final Memory buffer = new Memory(4096);

  /**
   * @param name a path, or {@code @} and an abstract name
   */
  public NotifyReceiver(String name) throws SystemCallException {
    super(Libc.socket(NotifySocket.AF_UNIX, NotifySocket.SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    byte[] address = NotifySocket.address(name);
    if (Libc.bind(fd(), address, address.length) < 0) {
      throw SystemCallException.of("bind " + name);
    }
    byte[] tenSeconds = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder()).putLong(10).array();
    option(SOL_SOCKET, SO_RCVTIMEO, tenSeconds, "SO_RCVTIMEO");
  }

  /** The next message, waiting 10 s for it; null: none came. */
  public @Nullable String next() {
    return receive(0);
  }

  /** What is there already; null: nothing. */
  public @Nullable String poll() {
    return receive(MSG_DONTWAIT);
  }

  private @Nullable String receive(int flags) {
    long length = Libc.recv(fd(), buffer, buffer.size(), flags);
    return length < 0
        ? null
        : new String(buffer.getByteArray(0, (int) length), StandardCharsets.UTF_8);
  }
}
