package io.vipops.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An open file descriptor. Used by one thread; closed once. */
abstract class Descriptor implements AutoCloseable {
  /** socket(7), asm-generic/socket.h. */
  static final int SOL_SOCKET = 1;

  static final int SO_RCVBUF = 8;
  static final int SO_RCVBUFFORCE = 33;
  static final int SO_ATTACH_FILTER = 26;
  static final int SOCK_RAW = 3;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int MSG_DONTWAIT = 0x40;

  private final int fd;
  private boolean closed;

  Descriptor(int fd, String what) throws SystemCallException {
    if (fd < 0) {
      throw SystemCallException.of(what);
    }
    this.fd = fd;
  }

  /** The number, for {@link Poll}. */
  public final int fd() {
    return fd;
  }

  final void option(int level, int option, byte[] value, String what) throws SystemCallException {
    if (Libc.setsockopt(fd, level, option, value, value.length) < 0) {
      throw SystemCallException.of(what);
    }
  }

  final void option(int level, int option, int value, String what) throws SystemCallException {
    option(level, option, nativeInt(value), what);
  }

  /** Beyond the system's limit where we may (CAP_NET_ADMIN), else as far as the limit goes. */
  final void receiveBuffer(int bytes) throws SystemCallException {
    byte[] value = nativeInt(bytes);
    if (Libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, value, value.length) < 0) {
      option(SOL_SOCKET, SO_RCVBUF, value, "set the receive buffer");
    }
  }

  /**
   * Puts a packet filter before a socket, in place of the one before.
   *
   * @param program see {@link VrrpFilter}
   */
  final void attach(byte[] program) throws SystemCallException {
    // struct sock_fprog: unsigned short len; struct sock_filter *filter.
    try (Memory code = new Memory(program.length);
        Memory header = new Memory(16)) {
      code.write(0, program, 0, program.length);
      header.clear();
      header.setShort(0, (short) (program.length / VrrpFilter.INSTRUCTION));
      header.setPointer(8, code);
      if (Libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header, 16) < 0) {
        throw SystemCallException.of("attach a packet filter");
      }
    }
  }

  static byte[] nativeInt(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      int unused = Libc.close(fd);
    }
  }
}
