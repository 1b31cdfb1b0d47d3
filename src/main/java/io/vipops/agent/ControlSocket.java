package io.vipops.agent;

import io.vipops.channel.Channel;
import io.vipops.channel.QueuedOutput;
import io.vipops.channel.UnixSocket;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket that the command line talks to: mode 0660, group {@code vipops} where it exists. */
final class ControlSocket implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger("control");
  private static final int MAX_CONNECTIONS = 16;

  /** A connection that asks nothing and waits for nothing makes room for others after so long. */
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(60);

  /** One that does not take its answers is closed after so long. */
  private static final long STUCK_NS = TimeUnit.SECONDS.toNanos(5);

  /** After a connection could not be accepted: descriptors do not come back any sooner. */
  private static final long PAUSE_MS = 200;

  private final Path path;
  private final ServerSocketChannel server;
  private final Channel.Handler handler;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

  private ControlSocket(Path path, ServerSocketChannel server, Channel.Handler handler) {
    this.path = path;
    this.server = server;
    this.handler = handler;
  }

  private record Connection(SocketChannel peer, QueuedOutput out, Channel channel) {
    boolean isStale(long nowNs) {
      return out.stuckNs(nowNs) > STUCK_NS || channel.idleNs(nowNs) > IDLE_NS;
    }
  }

  /**
   * Opens the socket at {@code path}, in place of what a killed agent left there: only for the
   * holder of the {@link AgentLock}. It is made in a folder that nobody else may enter, so that
   * there is no moment in which its mode would let anybody in.
   */
  static ControlSocket open(Path path, Channel.Handler handler) throws IOException {
    Path made = Files.createTempDirectory(path.toAbsolutePath().getParent(), ".control");
    Path fresh = made.resolve("s");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(fresh));
      protect(fresh);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      server.close();
      Files.deleteIfExists(fresh);
      throw e;
    } finally {
      Files.deleteIfExists(made);
    }
    ControlSocket socket = new ControlSocket(path, server, handler);
    Thread thread = new Thread(socket::accept, "control");
    thread.setDaemon(true);
    thread.start();
    return socket;
  }

  private static void protect(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    try {
      GroupPrincipal group =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("vipops");
      Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
    } catch (UserPrincipalNotFoundException e) {
      LOG.debug("no group vipops: only root may use {}", path);
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel peer = server.accept();
        if (!free.tryAcquire()) {
          peer.close();
          continue;
        }
        Thread thread = new Thread(() -> serve(peer), "control-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("control socket: {}", e.getMessage());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
      }
    }
  }

  /** Closes connections that only take up room; call every second. */
  void onTick(long nowNs) {
    for (Connection one : connections) {
      if (one.isStale(nowNs)) {
        one.out.close();
      }
    }
  }

  private static void end(SocketChannel peer) {
    try {
      peer.close();
    } catch (IOException e) {
      LOG.debug("control connection: {}", e.getMessage());
    }
  }

  private void serve(SocketChannel peer) {
    QueuedOutput out = new QueuedOutput(UnixSocket.output(peer), () -> end(peer), "control-output");
    Channel channel =
        new Channel(UnixSocket.input(peer), out, handler, Channel.CONTROL_FRAME, Channel.MAX_FRAME);
    Connection connection = new Connection(peer, out, channel);
    connections.add(connection);
    try (out) {
      channel.run();
    } catch (IOException e) {
      LOG.debug("control connection: {}", e.getMessage());
    } finally {
      connections.remove(connection);
      free.release();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
