package io.vipops.agent;

import io.vipops.channel.Channel;
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
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket that the command line talks to: mode 0660, group {@code vipops} where it exists. */
final class ControlSocket implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger("control");
  private static final int MAX_CONNECTIONS = 16;

  private final Path path;
  private final ServerSocketChannel server;
  private final Channel.Handler handler;
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

  private ControlSocket(Path path, ServerSocketChannel server, Channel.Handler handler) {
    this.path = path;
    this.server = server;
    this.handler = handler;
  }

  /** Opens the socket at {@code path}, in place of what a killed agent left there. */
  static ControlSocket open(Path path, Channel.Handler handler) throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      protect(path);
    } catch (IOException e) {
      server.close();
      throw e;
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
      }
    }
  }

  private void serve(SocketChannel peer) {
    try (peer) {
      new Channel(UnixSocket.input(peer), UnixSocket.output(peer), handler).run();
    } catch (IOException e) {
      LOG.debug("control connection: {}", e.getMessage());
    } finally {
      free.release();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
