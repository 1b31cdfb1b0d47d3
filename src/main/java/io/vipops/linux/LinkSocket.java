package io.vipops.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends whole Ethernet frames on any interface and receives none (packet(7)). */
public final class LinkSocket extends Descriptor {
  private static final int AF_PACKET = 17;

  /**
   * @throws SystemCallException not allowed (CAP_NET_RAW)
   */
  public LinkSocket() throws SystemCallException {
    // Protocol 0: the kernel hands nothing to it.
    super(Libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "open a link socket");
  }

  /**
   * @param frame from the destination address on, at most the interface's MTU and header
   */
  public void send(byte[] frame, int interfaceIndex) throws SystemCallException {
    // struct sockaddr_ll: family, protocol, ifindex, hatype, pkttype, halen, addr[8].
    byte[] address =
        ByteBuffer.allocate(20)
            .order(ByteOrder.nativeOrder())
            .putShort((short) AF_PACKET)
            .putShort((short) 0)
            .putInt(interfaceIndex)
            .array();
    if (Libc.sendto(fd(), frame, frame.length, MSG_DONTWAIT, address, address.length) < 0) {
      throw SystemCallException.of("send a frame");
    }
  }
}
