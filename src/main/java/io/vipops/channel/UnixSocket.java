package io.vipops.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A Unix domain socket as two streams. {@link java.nio.channels.Channels} would do, but its two
 * streams share one lock up to JDK 18, so that a blocked read keeps every write waiting.
 */
public final class UnixSocket {
  private UnixSocket() {}

  /** Connects to the socket at {@code path}. */
  public static SocketChannel connect(Path path) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.connect(UnixDomainSocketAddress.of(path));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Reads from a blocking {@code socket}; closing the stream closes the socket. */
  public static InputStream input(SocketChannel socket) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return socket.read(ByteBuffer.wrap(into, offset, length));
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  /** Writes to a blocking {@code socket}; closing the stream closes the socket. */
  public static OutputStream output(SocketChannel socket) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(from, offset, length);
        while (rest.hasRemaining()) {
          socket.write(rest);
        }
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }
}
