package io.vipops.probe;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One GET over a plain socket under one deadline for everything: connect, send, first byte, last
 * byte. A client library's timeouts are per step, so a server that sends a byte a second outlives
 * them; here it does not.
 */
final class HttpGet {
  /** How much of a body is looked at; the rest is not read. */
  static final int BODY_LIMIT = 64 * 1024;

  private static final int HEAD_LIMIT = 16 * 1024;

  private HttpGet() {}

  /**
   * @param body at most {@link #BODY_LIMIT} bytes, as ISO 8859-1 so that no byte is lost
   */
  record Response(int status, String body) {
    /** The body read as UTF-8. */
    String text() {
      return new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }

  /**
   * @param host the Host header
   * @param target path and query, as in the request line
   * @throws SocketTimeoutException when the deadline passed
   * @throws IOException when there is no connection or the answer is no HTTP/1
   */
  static Response get(InetSocketAddress server, String host, String target, Duration timeout)
      throws IOException {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(server, remainingMs(deadlineNs));
      String request =
          "GET "
              + target
              + " HTTP/1.1\r\nHost: "
              + host
              + "\r\nUser-Agent: vipops\r\nAccept: */*\r\nConnection: close\r\n\r\n";
      // Less than a socket's send buffer: this write cannot block.
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return read(new Deadlined(socket, deadlineNs));
    }
  }

  private static Response read(Deadlined in) throws IOException {
    int[] headBudget = {HEAD_LIMIT};
    int status = status(line(in, headBudget));
    long length = Long.MAX_VALUE;
    boolean chunked = false;
    for (String header = line(in, headBudget); !header.isEmpty(); header = line(in, headBudget)) {
      int colon = header.indexOf(':');
      String name = colon < 0 ? header : header.substring(0, colon).strip();
      String value = colon < 0 ? "" : header.substring(colon + 1).strip();
      if (name.equalsIgnoreCase("Content-Length")) {
        length = number(value, 10);
      } else if (name.equalsIgnoreCase("Transfer-Encoding")) {
        chunked = value.toLowerCase(java.util.Locale.ROOT).endsWith("chunked");
      }
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (chunked) {
      chunks(in, body);
    } else if (status != 204 && status != 304) {
      copy(in, body, length);
    }
    return new Response(status, body.toString(StandardCharsets.ISO_8859_1));
  }

  /** RFC 9112 §4: {@code HTTP/1.1 200 OK}. */
  private static int status(String line) throws IOException {
    if (line.length() < 12 || !line.startsWith("HTTP/1.") || line.charAt(8) != ' ') {
      throw new IOException("no HTTP answer");
    }
    return (int) number(line.substring(9, 12), 10);
  }

  /** RFC 9112 §7.1; trailers are not read. */
  private static void chunks(Deadlined in, ByteArrayOutputStream body) throws IOException {
    while (body.size() < BODY_LIMIT) {
      String size = line(in, new int[] {1024});
      int extension = size.indexOf(';');
      long left = number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
      if (left == 0) {
        return;
      }
      int before = body.size();
      copy(in, body, left);
      if (body.size() - before < left) {
        return;
      }
      line(in, new int[] {2});
    }
  }

  private static void copy(Deadlined in, ByteArrayOutputStream body, long length)
      throws IOException {
    for (long left = Math.min(length, BODY_LIMIT - body.size()); left > 0; left--) {
      int b = in.read();
      if (b < 0) {
        return;
      }
      body.write(b);
    }
  }

  private static String line(Deadlined in, int[] budget) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection closed before the answer was complete");
      }
      if (--budget[0] < 0) {
        throw new IOException("no HTTP answer");
      }
      line.append((char) b);
    }
    int end = line.length();
    return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
  }

  private static long number(String text, int radix) throws IOException {
    try {
      long value = Long.parseLong(text, radix);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the same answer as a negative number
    }
    throw new IOException("no HTTP answer");
  }

  private static int remainingMs(long deadlineNs) throws SocketTimeoutException {
    long left = deadlineNs - System.nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(Integer.MAX_VALUE, left / 1_000_000 + 1);
  }

  /** A buffered stream whose every read from the socket gets what is left of the deadline. */
  private static final class Deadlined {
    private final Socket socket;
    private final InputStream in;
    private final long deadlineNs;
    private final byte[] buffer = new byte[4096];
    private int at;
    private int end;

    Deadlined(Socket socket, long deadlineNs) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.deadlineNs = deadlineNs;
    }

    int read() throws IOException {
      if (at == end) {
        socket.setSoTimeout(remainingMs(deadlineNs));
        at = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
          return -1;
        }
      }
      return buffer[at++] & 0xff;
    }
  }
}
