package io.vipops.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection: a request, its answer, the end. All methods run on the server's thread. */
final class HttpConnection {
  /** For the whole request, and then for the whole answer. */
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);

  /** How long the handler may take. */
  private static final long ANSWER_NS = TimeUnit.SECONDS.toNanos(5);

  /** How long a sender that got its answer may go on sending: a reset would take it away again. */
  private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);

  private static final ByteBuffer CONTINUE =
      ByteBuffer.wrap("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
          .asReadOnlyBuffer();

  private enum Phase {
    READING,
    ANSWERING,
    WRITING,
    LINGERING
  }

  private final SocketChannel peer;
  private final SelectionKey key;
  private final RequestParser parser;
  private Phase phase = Phase.READING;
  private long deadlineNs;
  private @Nullable ByteBuffer answer;

  HttpConnection(SocketChannel peer, SelectionKey key, int mostBody, long nowNs) {
    this.peer = peer;
    this.key = key;
    this.parser = new RequestParser(mostBody);
    enter(Phase.READING, SelectionKey.OP_READ, nowNs + LIMIT_NS);
  }

  private void enter(Phase next, int interest, long deadlineNs) {
    phase = next;
    this.deadlineNs = deadlineNs;
    key.interestOps(interest);
  }

  /** Bytes of memory that its request holds. */
  int held() {
    return phase == Phase.READING ? parser.held() : 0;
  }

  /**
   * Reads what is there; returns the request once it is whole.
   *
   * @throws IOException if the connection is over
   */
  @Nullable HttpRequest read(ByteBuffer scratch, long nowNs) throws IOException {
    if (peer.read(scratch.clear()) < 0) {
      throw new IOException("closed by the peer");
    }
    if (phase != Phase.READING) {
      return null;
    }
    try {
      HttpRequest request = parser.feed(scratch.flip());
      if (request != null) {
        enter(Phase.ANSWERING, 0, nowNs + ANSWER_NS);
      } else if (parser.takeExpectation()) {
        peer.write(CONTINUE.duplicate());
      }
      return request;
    } catch (RequestParser.RefusedException e) {
      answer(e.answer(), nowNs);
      return null;
    }
  }

  /** Takes the answer; only the first one counts. */
  void answer(HttpResponse response, long nowNs) throws IOException {
    if (phase == Phase.READING || phase == Phase.ANSWERING) {
      answer = response.encode(!parser.method().equals("HEAD"));
      enter(Phase.WRITING, SelectionKey.OP_WRITE, nowNs + LIMIT_NS);
      write(nowNs);
    }
  }

  /** Writes what the peer takes. */
  void write(long nowNs) throws IOException {
    ByteBuffer rest = answer;
    if (rest == null || phase != Phase.WRITING) {
      return;
    }
    peer.write(rest);
    if (!rest.hasRemaining()) {
      answer = null;
      peer.shutdownOutput();
      enter(Phase.LINGERING, SelectionKey.OP_READ, nowNs + LINGER_NS);
    }
  }

  /**
   * Looks at the time.
   *
   * @throws IOException if the connection is over
   */
  void onTick(long nowNs) throws IOException {
    if (nowNs - deadlineNs < 0) {
      return;
    }
    switch (phase) {
      case READING -> answer(HttpResponse.line(408, "the request took too long"), nowNs);
      case ANSWERING -> answer(HttpResponse.line(503, "no answer from the agent"), nowNs);
      case WRITING, LINGERING -> throw new IOException("took too long");
    }
  }

  void close() {
    key.cancel();
    try {
      peer.close();
    } catch (IOException e) {
      // It is over either way.
      return;
    }
  }
}
