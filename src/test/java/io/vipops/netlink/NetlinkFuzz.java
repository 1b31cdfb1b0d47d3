package io.vipops.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Any bytes as what the kernel answers: never thrown upon, nothing read that is not there, and an
 * address or a connection that is read is asked for as it was told.
 */
public final class NetlinkFuzz {
  private static final int MOST_LABEL = 15;
  private static final List<InetAddress> SOURCES =
      List.of(address(10, 0, 0, 50), address(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50));

  private NetlinkFuzz() {}

  /** Called by Jazzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    int at = 0;
    for (NetlinkMessage message : NetlinkMessage.parse(input)) {
      int length = NetlinkMessage.HEADER + message.payload().length;
      check(ByteBuffer.wrap(input).order(ByteOrder.nativeOrder()).getInt(at) == length, "length");
      byte[] payload = Arrays.copyOfRange(input, at + NetlinkMessage.HEADER, at + length);
      check(Arrays.equals(payload, message.payload()), "another payload");
      at += (length + 3) & ~3;
      check(message.errno() >= -1, "error number " + message.errno());
      Link.decode(message);
      AcceptTable.concerns(message);
      InterfaceAddress.decode(message).ifPresent(it -> isAskedForAsItIs(it, payload[0]));
      for (InetAddress source : SOURCES) {
        SocketDiag.destroy(message, source, 7)
            .ifPresent(request -> endsThatConnection(request, payload));
      }
    }
  }

  private static void isAskedForAsItIs(InterfaceAddress told, byte family) {
    String label = told.label();
    if (label != null && !label.chars().allMatch(it -> it > ' ' && it < 0x7f)
        || label != null && label.length() > MOST_LABEL) {
      return; // no label that a kernel has
    }
    for (byte[] request : List.of(told.add(7), told.delete(7))) {
      NetlinkMessage message = onlyOne(request);
      check(message.payload()[0] == family, "another family");
      Optional<InterfaceAddress> read = InterfaceAddress.decode(message);
      check(read.isPresent(), "what we ask for cannot be read");
      InterfaceAddress asked = read.get();
      boolean deleted = message.type() == InterfaceAddress.DELETED;
      InterfaceAddress expected =
          new InterfaceAddress(
              told.interfaceIndex(),
              told.address(),
              told.prefixLength(),
              label,
              deleted ? InterfaceAddress.FOREVER : told.validSeconds(),
              told.scope(),
              asked.flags());
      check(asked.equals(expected), asked + " instead of " + expected);
    }
  }

  /** The family and the socket's id, which follow in the request after 4 bytes more. */
  private static void endsThatConnection(byte[] request, byte[] line) {
    byte[] payload = onlyOne(request).payload();
    check(payload[0] == line[0], "another family");
    check(Arrays.equals(payload, 8, payload.length, line, 4, 4 + 48), "another connection");
  }

  private static NetlinkMessage onlyOne(byte[] request) {
    List<NetlinkMessage> messages = NetlinkMessage.parse(request);
    check(messages.size() == 1, messages.size() + " messages");
    NetlinkMessage message = messages.get(0);
    check(request.length == NetlinkMessage.HEADER + message.payload().length, "cut off");
    check(message.sequence() == 7, "another sequence number");
    return message;
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private static InetAddress address(int... bytes) {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
