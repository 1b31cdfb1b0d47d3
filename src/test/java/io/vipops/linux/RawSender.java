package io.vipops.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * Sends VRRP packets that no router would: {@code RawSender DESTINATION TTL=HEX…}, from {@code
 * eth0}. Over IPv6, {@code ....} as a checksum is filled in by the kernel, which knows the source.
 */
public final class RawSender extends Descriptor {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;

  private RawSender(boolean ipv6) throws SystemCallException {
    super(Libc.socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, 112), "raw socket");
  }

  public static void main(String[] arguments) throws Exception {
    InetAddress to = InetAddress.getByName(arguments[0]);
    boolean ipv6 = to instanceof Inet6Address;
    int index = NetworkInterface.getByName("eth0").getIndex();
    for (int i = 1; i < arguments.length; i++) {
      String[] packet = arguments[i].split("=");
      boolean kernel = packet[1].contains("....");
      byte[] bytes = HexFormat.of().parseHex(packet[1].replace("....", "0000"));
      try (RawSender socket = new RawSender(ipv6)) {
        int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
        int ttl = Integer.parseInt(packet[0]);
        socket.option(level, ipv6 ? 16 : 2, ttl, "unicast TTL");
        socket.option(level, ipv6 ? 18 : 33, ttl, "multicast TTL");
        socket.option(SOL_SOCKET, 25, "eth0\0".getBytes(US_ASCII), "SO_BINDTODEVICE");
        if (ipv6) {
          socket.option(level, 7, kernel ? 6 : -1, "IPV6_CHECKSUM");
        }
        byte[] address = address(to, index);
        if (Libc.sendto(socket.fd(), bytes, bytes.length, 0, address, address.length) < 0) {
          throw SystemCallException.of("send");
        }
      }
    }
    System.out.println("sent");
  }

  private static byte[] address(InetAddress to, int index) {
    ByteBuffer out = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder());
    if (to instanceof Inet6Address) {
      return out.putShort((short) AF_INET6)
          .putShort((short) 0)
          .putInt(0)
          .put(to.getAddress())
          .putInt(index)
          .array();
    }
    return out.putShort((short) AF_INET).putShort((short) 0).put(to.getAddress()).array();
  }
}
