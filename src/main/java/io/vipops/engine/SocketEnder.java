package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.NetlinkMessage;
import io.vipops.netlink.SocketDiag;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Ends the TCP connections on an address that moved away: the clients' next packets reach the new
 * Active, which resets them, while here the sockets would linger for minutes. On a thread of its
 * own, because there may be a hundred thousand of them.
 */
final class SocketEnder implements AutoCloseable {
  private final BlockingQueue<InetAddress> queue = new ArrayBlockingQueue<>(1024);
  private final Predicate<InetAddress> backAgain;
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;
  private int sequence;

  /**
   * @param backAgain whether an address is held once more, asked on this thread: then its
   *     connections are new ones
   */
  SocketEnder(Predicate<InetAddress> backAgain) {
    this.backAgain = backAgain;
    thread = new Thread(this::work, "vipops-sockets");
    thread.setDaemon(true);
    thread.start();
  }

  /** Never waits. */
  void end(InetAddress address) {
    if (!queue.offer(address)) {
      failures.incrementAndGet();
    }
  }

  /** How often it could not be done, e.g. on a kernel without INET_DIAG_DESTROY. */
  long failures() {
    return failures.get();
  }

  private void work() {
    try {
      while (true) {
        endAll(queue.take());
      }
    } catch (InterruptedException e) {
      // Closed: what was let go on the way out still counts.
      for (InetAddress it = queue.poll(); it != null; it = queue.poll()) {
        endAll(it);
      }
    }
  }

  private void endAll(InetAddress address) {
    try (NetlinkSocket socket = new NetlinkSocket(NetlinkSocket.SOCK_DIAG, 0)) {
      for (byte[] request : connections(socket, address)) {
        if (backAgain.test(address)) {
          return;
        }
        socket.send(request);
        int errno = answer(socket);
        if (errno > 0 && errno != Errno.ENOENT) {
          failures.incrementAndGet();
        }
      }
    } catch (SystemCallException e) {
      failures.incrementAndGet();
    }
  }

  private List<byte[]> connections(NetlinkSocket socket, InetAddress address)
      throws SystemCallException {
    List<byte[]> found = new ArrayList<>();
    ask(socket, address, false, found);
    if (address instanceof Inet4Address) {
      ask(socket, address, true, found);
    }
    return found;
  }

  private void ask(NetlinkSocket socket, InetAddress address, boolean mapped, List<byte[]> found)
      throws SystemCallException {
    socket.send(SocketDiag.dump(address, mapped, ++sequence));
    while (true) {
      for (NetlinkMessage line : NetlinkMessage.parse(socket.receive())) {
        if (line.type() == NetlinkMessage.DONE || line.type() == NetlinkMessage.ERROR) {
          return;
        }
        SocketDiag.destroy(line, address, sequence).ifPresent(found::add);
      }
    }
  }

  private static int answer(NetlinkSocket socket) throws SystemCallException {
    for (NetlinkMessage message : NetlinkMessage.parse(socket.receive())) {
      if (message.errno() >= 0) {
        return message.errno();
      }
    }
    return -1;
  }

  /** Ends what is queued, waiting 2 s for that at most. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(2000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
