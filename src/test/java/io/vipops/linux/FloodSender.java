package io.vipops.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends VRRP packets over IPv4 from {@code eth0} until a line comes on its input: {@code
 * FloodSender DESTINATION RATE TTL=HEX…}, the packets in turn, {@code RATE} a second in all, or 0:
 * as fast as it goes. Prints {@code flooding}, and in the end how many were sent.
 */
public final class FloodSender extends Descriptor {
  private static final int AF_INET = 2;
  private static final int IPPROTO_IP = 0;
  private static final int IP_MULTICAST_TTL = 33;
  private static final int BATCH = 64;

  /** At a given rate: a batch of it as often as this. */
  private static final long TICK_NS = 10_000_000;

  static {
    Native.register(FloodSender.class, "c");
  }

  static native int sendmmsg(int fd, Pointer messages, int count, int flags);

  private final Memory messages = new Memory(BATCH * 64L);
  private final Memory vectors = new Memory(BATCH * 16L);
  private final Memory address = new Memory(16);
  private final Memory packet;

  private FloodSender(InetAddress to, int ttl, byte[] bytes) throws SystemCallException {
    super(Libc.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 112), "raw socket");
    option(IPPROTO_IP, IP_MULTICAST_TTL, ttl, "multicast TTL");
    option(SOL_SOCKET, 25, "eth0\0".getBytes(US_ASCII), "SO_BINDTODEVICE");
    packet = new Memory(bytes.length);
    packet.write(0, bytes, 0, bytes.length);
    ByteBuffer name = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    name.putShort((short) AF_INET).putShort((short) 0).put(to.getAddress());
    address.write(0, name.array(), 0, 16);
    messages.clear();
    // struct mmsghdr: 0 name, 8 namelen, 16 iov, 24 iovlen; struct iovec: base, len.
    for (int i = 0; i < BATCH; i++) {
      vectors.setPointer(i * 16L, packet);
      vectors.setLong(i * 16L + 8, bytes.length);
      messages.setPointer(i * 64L, address);
      messages.setInt(i * 64L + 8, 16);
      messages.setPointer(i * 64L + 16, vectors.share(i * 16L));
      messages.setLong(i * 64L + 24, 1);
    }
  }

  private int send(int count) throws SystemCallException {
    int sent = sendmmsg(fd(), messages, count, 0);
    if (sent < 0) {
      throw SystemCallException.of("send");
    }
    return sent;
  }

  public static void main(String[] arguments) throws Exception {
    InetAddress to = InetAddress.getByName(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    FloodSender[] senders = new FloodSender[arguments.length - 2];
    for (int i = 0; i < senders.length; i++) {
      String[] packet = arguments[i + 2].split("=");
      senders[i] =
          new FloodSender(to, Integer.parseInt(packet[0]), HexFormat.of().parseHex(packet[1]));
    }
    System.out.println("flooding");
    long sent = 0;
    long beganNs = System.nanoTime();
    for (int turn = 0; System.in.available() == 0; turn++) {
      int count = BATCH;
      if (rate > 0) {
        long waitNs = beganNs + turn * TICK_NS - System.nanoTime();
        LockSupport.parkNanos(Math.max(0, waitNs));
        long owed = (System.nanoTime() - beganNs) / 1000 * rate / 1_000_000 - sent;
        count = (int) Math.min(BATCH, owed);
      }
      sent += count > 0 ? senders[turn % senders.length].send(count) : 0;
    }
    long ms = (System.nanoTime() - beganNs) / 1_000_000;
    System.out.println("sent " + sent + " in " + ms + " ms");
  }
}
