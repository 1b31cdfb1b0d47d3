package io.vipops.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP/1 server on one thread that never waits for a peer. The JDK's own gives each request
 * a thread while it is being read: as many slow senders as there are threads keep all others out
 * for as long as they like.
 */
final class HttpServer {
  private static final Logger LOG = LoggerFactory.getLogger("web");
  private static final long TICK_MS = 250;
  private static final int SCRATCH = 16 << 10;

  private final Selector selector;
  private final List<ListeningPort> ports;
  private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH);
  private volatile boolean stopped;
  private long lastTickNs;

  private HttpServer(List<Listener> listeners) throws IOException {
    selector = Selector.open();
    ports = listeners.stream().map(one -> new ListeningPort(one, selector)).toList();
  }

  /**
   * Starts it. An address that cannot be listened on is tried again every second.
   *
   * @throws IOException if this process can have no sockets at all
   */
  static HttpServer start(List<Listener> listeners) throws IOException {
    HttpServer server = new HttpServer(listeners);
    server.selector.wakeup(); // the first turn opens the ports
    Thread thread = new Thread(server::run, "web");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  /** Why the {@code index}th listener is closed; null: it is open. */
  @Nullable String error(int index) {
    return ports.get(index).error();
  }

  void stop() {
    stopped = true;
    selector.wakeup();
  }

  private void run() {
    lastTickNs = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
    while (!stopped) {
      try {
        turn();
      } catch (IOException | RuntimeException e) {
        LOG.error("the HTTP server goes on after", e);
        pause();
      }
    }
    closeAll();
  }

  private void turn() throws IOException {
    boolean busy = ports.stream().anyMatch(ListeningPort::hasConnections);
    selector.select(busy ? TICK_MS : 1000);
    long nowNs = System.nanoTime();
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof ListeningPort port) {
        accept(port, nowNs);
      } else if (key.attachment() instanceof ListeningPort.Attached one) {
        one.port().onReady(one.connection(), key, scratch, nowNs);
      }
    }
    selector.selectedKeys().clear();
    ports.forEach(port -> port.sendAnswers(nowNs));
    if (nowNs - lastTickNs >= TimeUnit.MILLISECONDS.toNanos(TICK_MS)) {
      lastTickNs = nowNs;
      ports.forEach(port -> port.onTick(nowNs));
    }
  }

  private static void accept(ListeningPort port, long nowNs) {
    try {
      port.accept(nowNs);
    } catch (IOException e) {
      LOG.warn("a connection could not be accepted: {}", e.getMessage());
      pause(); // descriptors do not come back any sooner
    }
  }

  private static void pause() {
    java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MS));
  }

  private void closeAll() {
    for (SelectionKey key : selector.keys()) {
      try {
        key.channel().close();
      } catch (IOException e) {
        LOG.debug("{}", e.getMessage());
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("{}", e.getMessage());
    }
  }
}
