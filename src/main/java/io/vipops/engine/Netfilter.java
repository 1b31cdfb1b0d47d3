package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.AcceptTable;
import io.vipops.netlink.NetlinkMessage;
import java.util.Collection;

/** Orders to the kernel's packet filter, each with its answer. One thread at a time. */
final class Netfilter implements AutoCloseable {
  private final NetlinkSocket socket;
  private int sequence;

  /**
   * @throws SystemCallException a kernel without nftables
   */
  Netfilter() throws SystemCallException {
    socket = new NetlinkSocket(NetlinkSocket.NETFILTER, 0);
  }

  /** What notifications of our own doing carry. */
  int portId() {
    return socket.portId();
  }

  /** Puts the table there with these addresses and no other. */
  void put(Collection<AcceptTable.Dropped> dropped) throws SystemCallException {
    order(AcceptTable.put(dropped, ++sequence));
  }

  /** Whether {@link #put} would do, which changes nothing. */
  void tryOut(Collection<AcceptTable.Dropped> dropped) throws SystemCallException {
    order(AcceptTable.tryOut(dropped, ++sequence));
  }

  /** Returns whether there was a table to remove. */
  boolean remove() throws SystemCallException {
    try {
      order(AcceptTable.ask(++sequence));
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
    order(AcceptTable.remove(++sequence));
    return true;
  }

  /**
   * All answers are there when the send returns; what goes wrong is told beside or instead of it.
   */
  private void order(byte[] request) throws SystemCallException {
    socket.send(request);
    int worst = -1;
    for (byte[] bytes = socket.receive(); bytes != null; bytes = socket.poll()) {
      for (NetlinkMessage message : NetlinkMessage.parse(bytes)) {
        if (message.sequence() == sequence) {
          worst = worst > 0 ? worst : Math.max(worst, message.errno());
        }
      }
    }
    if (worst != 0) {
      throw SystemCallException.of(AcceptTable.NAME, worst > 0 ? worst : Errno.EAGAIN);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
