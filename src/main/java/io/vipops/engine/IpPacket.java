package io.vipops.engine;

import io.vipops.vrrp.AdvertCodec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A packet as a raw socket delivers it.
 *
 * @param payload what follows the IP header, to the end that the header names
 */
record IpPacket(AdvertCodec.Ip ip, ByteBuffer payload) {

  /** From the IPv4 header on (RFC 791 §3.1). Returns null when the bytes are no IPv4 packet. */
  static @Nullable IpPacket ipv4(byte[] bytes) {
    int header = bytes.length < 20 ? 0 : (bytes[0] & 0xf) * 4;
    if (header < 20 || header > bytes.length || bytes[0] >> 4 != 4) {
      return null;
    }
    int total = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    if (total < header || total > bytes.length) {
      return null;
    }
    InetAddress source = AdvertCodec.address(Arrays.copyOfRange(bytes, 12, 16));
    InetAddress destination = AdvertCodec.address(Arrays.copyOfRange(bytes, 16, 20));
    return new IpPacket(
        new AdvertCodec.Ip(source, destination, bytes[8] & 0xff),
        ByteBuffer.wrap(bytes, header, total - header));
  }

  /**
   * What follows the IPv6 headers, and what the kernel tells beside it.
   *
   * @param source 16 bytes, as {@code destination}
   */
  static IpPacket ipv6(byte[] source, byte[] destination, int hopLimit, byte[] payload) {
    return new IpPacket(
        new AdvertCodec.Ip(AdvertCodec.address(source), AdvertCodec.address(destination), hopLimit),
        ByteBuffer.wrap(payload));
  }

  /** The virtual router it is about, or 0 for a payload too short to say. */
  int virtualRouterId() {
    return payload.remaining() < 2 ? 0 : payload.get(payload.position() + 1) & 0xff;
  }
}
