package io.vipops.agent;

import io.vipops.channel.Channel;
import io.vipops.channel.QueuedOutput;
import io.vipops.linux.UnixConnection;
import io.vipops.linux.UnixListener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket that the command line talks to: mode 0660, group {@code vipops} where it exists. Who
 * is let in by a wider mode may look, no more: see {@link ControlAccess}.
 */
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
  private final UnixListener server;
  private final ControlAccess access;
  private final Channel.Handler handler;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

  private ControlSocket(
      Path path, UnixListener server, ControlAccess access, Channel.Handler handler) {
    this.path = path;
    this.server = server;
    this.access = access;
    this.handler = handler;
  }

  private record Connection(QueuedOutput out, Channel channel) {
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
    try {
      UnixListener server = UnixListener.open(fresh);
      try {
        ControlAccess access = new ControlAccess(protect(fresh));
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        ControlSocket socket = new ControlSocket(path, server, access, handler);
        Thread thread = new Thread(socket::accept, "control");
        thread.setDaemon(true);
        thread.start();
        return socket;
      } catch (IOException e) {
        server.close();
        throw e;
      }
    } finally {
      Files.deleteIfExists(fresh);
      Files.deleteIfExists(made);
    }
  }

  /** Returns the id of the group that may use it; null: there is none. */
  private static @Nullable Integer protect(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    try {
      GroupPrincipal group =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("vipops");
      Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
      return (Integer) Files.getAttribute(path, "unix:gid");
    } catch (UserPrincipalNotFoundException e) {
      LOG.debug("no group vipops: only root may use {}", path);
      return null;
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        UnixConnection peer = server.accept();
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

  private void serve(UnixConnection peer) {
    QueuedOutput out = new QueuedOutput(peer.output(), peer::close, "control-output");
    Channel channel =
        new Channel(
            peer.input(),
            out,
            call -> admit(peer.peer(), call),
            Channel.CONTROL_FRAME,
            Channel.MAX_FRAME);
    Connection connection = new Connection(out, channel);
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

  private void admit(UnixConnection.Peer peer, Channel.Call call) {
    String refusal = access.refusal(peer, call.type);
    if (refusal == null) {
      handler.onRequest(call);
    } else {
      call.fail(refusal);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
