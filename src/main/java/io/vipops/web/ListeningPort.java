package io.vipops.web;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address with its connections. Who comes last is served: the connection that has been sending
 * for longest makes room, so that slow senders lock nobody out. All methods but {@link #error} run
 * on the server's thread.
 */
final class ListeningPort {
  static final int MOST_CONNECTIONS = 32;

  /** Bytes of requests that are not whole yet. */
  static final int MOST_HELD = 4 << 20;

  private static final Logger LOG = LoggerFactory.getLogger("web");
  private static final int BACKLOG = 64;

  private record Answered(HttpConnection connection, HttpResponse response) {}

  private final Listener listener;
  private final Selector selector;
  private final Set<HttpConnection> connections = new LinkedHashSet<>();
  private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
  private @Nullable ServerSocketChannel server;
  private volatile @Nullable String error = "not open yet";

  ListeningPort(Listener listener, Selector selector) {
    this.listener = listener;
    this.selector = selector;
  }

  /** Why it is closed; null: it is open. From any thread. */
  @Nullable String error() {
    return error;
  }

  boolean hasConnections() {
    return !connections.isEmpty();
  }

  /** Opens or closes it as it has to be now, and looks at the clock for every connection. */
  void onTick(long nowNs) {
    String obstacle = listener.closedBecause().get();
    if (obstacle != null) {
      close();
    } else if (server == null) {
      obstacle = open();
    }
    if (!Objects.equals(obstacle, error)) {
      if (obstacle == null) {
        LOG.info("{}: listens on {}", listener.name(), shown());
      } else {
        LOG.warn("{}: closed: {}", listener.name(), obstacle);
      }
      error = obstacle;
    }
    for (HttpConnection one : List.copyOf(connections)) {
      attempt(one, () -> one.onTick(nowNs));
    }
  }

  String shown() {
    return listener.address().getAddress().getHostAddress() + ":" + listener.address().getPort();
  }

  private @Nullable String open() {
    try {
      ServerSocketChannel opened = ServerSocketChannel.open();
      try {
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        opened.bind(listener.address(), BACKLOG);
        opened.configureBlocking(false);
        opened.register(selector, SelectionKey.OP_ACCEPT, this);
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      server = opened;
      return null;
    } catch (IOException e) {
      return "cannot listen on " + shown() + " (" + e.getMessage() + "); tried again every second";
    }
  }

  private void close() {
    ServerSocketChannel open = server;
    server = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("{}: {}", listener.name(), e.getMessage());
      }
    }
  }

  void accept(long nowNs) throws IOException {
    ServerSocketChannel open = server;
    SocketChannel peer = open == null ? null : open.accept();
    if (peer == null) {
      return;
    }
    peer.configureBlocking(false);
    SelectionKey key = peer.register(selector, 0);
    HttpConnection connection = new HttpConnection(peer, key, listener.mostBody(), nowNs);
    key.attach(new Attached(this, connection));
    connections.add(connection);
    if (connections.size() > MOST_CONNECTIONS) {
      end(connections.iterator().next());
    }
  }

  /** What a key of the selector belongs to. */
  record Attached(ListeningPort port, HttpConnection connection) {}

  void onReady(HttpConnection one, SelectionKey key, ByteBuffer scratch, long nowNs) {
    attempt(
        one,
        () -> {
          if (key.isValid() && key.isWritable()) {
            one.write(nowNs);
          }
          if (key.isValid() && key.isReadable()) {
            HttpRequest request = one.read(scratch, nowNs);
            if (request != null) {
              handle(request, one);
            }
          }
        });
    makeRoom();
  }

  private void handle(HttpRequest request, HttpConnection one) {
    try {
      listener.handler().handle(request, response -> answer(one, response));
    } catch (RuntimeException e) {
      LOG.error("{}: a fault in vipops itself", listener.name(), e);
      answer(one, HttpResponse.line(500, "a fault in vipops itself; see the log"));
    }
  }

  private void answer(HttpConnection one, HttpResponse response) {
    answers.add(new Answered(one, response));
    selector.wakeup();
  }

  /** Sends the answers that are there. */
  void sendAnswers(long nowNs) {
    for (Answered next = answers.poll(); next != null; next = answers.poll()) {
      Answered answered = next;
      if (connections.contains(answered.connection())) {
        attempt(
            answered.connection(), () -> answered.connection().answer(answered.response(), nowNs));
      }
    }
  }

  private void makeRoom() {
    Deque<HttpConnection> holding = new ArrayDeque<>();
    long held = 0;
    for (HttpConnection one : connections) {
      held += one.held();
      if (one.held() > 0) {
        holding.add(one);
      }
    }
    while (held > MOST_HELD) {
      HttpConnection oldest = holding.remove();
      held -= oldest.held();
      end(oldest);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void attempt(HttpConnection one, Work work) {
    try {
      work.run();
    } catch (IOException e) {
      end(one);
    }
  }

  private void end(HttpConnection one) {
    connections.remove(one);
    one.close();
  }
}
