package io.vipops.engine;

import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.Link;
import io.vipops.netlink.NetlinkMessage;

/** Questions and orders to the kernel's routing socket, each with its answer. One thread. */
final class Rtnetlink implements AutoCloseable {
  private final NetlinkSocket socket;
  private int sequence;

  Rtnetlink() throws SystemCallException {
    socket = new NetlinkSocket(NetlinkSocket.ROUTE, 0);
  }

  /**
   * All interfaces and addresses of this network namespace.
   *
   * @throws SystemCallException when the kernel breaks off: half a table is none
   */
  HostTable dump() throws SystemCallException {
    HostTable table = new HostTable();
    socket.send(Link.dump(++sequence));
    fill(table);
    socket.send(InterfaceAddress.dump(++sequence));
    fill(table);
    return table;
  }

  /** Returns 0, or the error number. */
  int add(InterfaceAddress address) throws SystemCallException {
    socket.send(address.add(++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int delete(InterfaceAddress address) throws SystemCallException {
    socket.send(address.delete(++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int makeMacvlan(String name, int parent, byte[] hardwareAddress) throws SystemCallException {
    socket.send(Link.macvlan(name, parent, hardwareAddress, ++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int mark(int interfaceIndex, String alias) throws SystemCallException {
    socket.send(Link.alias(interfaceIndex, alias, ++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int up(int interfaceIndex, boolean up) throws SystemCallException {
    socket.send(Link.up(interfaceIndex, up, ++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int up(int interfaceIndex, byte[] hardwareAddress) throws SystemCallException {
    socket.send(Link.up(interfaceIndex, hardwareAddress, ++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int hardwareAddress(int interfaceIndex, byte[] hardwareAddress) throws SystemCallException {
    socket.send(Link.hardwareAddress(interfaceIndex, hardwareAddress, ++sequence));
    return acknowledged();
  }

  /** Returns 0, or the error number. */
  int deleteLink(int interfaceIndex) throws SystemCallException {
    socket.send(Link.delete(interfaceIndex, ++sequence));
    return acknowledged();
  }

  private void fill(HostTable table) throws SystemCallException {
    while (true) {
      for (NetlinkMessage message : NetlinkMessage.parse(socket.receive())) {
        if (message.sequence() == sequence) {
          if (message.type() == NetlinkMessage.DONE) {
            return;
          }
          if (message.type() == NetlinkMessage.ERROR) {
            throw SystemCallException.of("list interfaces and addresses", message.errno());
          }
          var unused = table.take(message);
        }
      }
    }
  }

  private int acknowledged() throws SystemCallException {
    while (true) {
      for (NetlinkMessage message : NetlinkMessage.parse(socket.receive())) {
        if (message.sequence() == sequence && message.errno() >= 0) {
          return message.errno();
        }
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
