package io.vipops.engine;

import io.vipops.vrrp.AdvertCodec;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 packet as a raw socket delivers it (RFC 791 §3.1).
 *
 * @param payload what follows the IP header, to the end that the header names
 */
record IpPacket(AdvertCodec.Ip ip, ByteBuffer payload) {

  /** Returns null when the bytes are no IPv4 packet. */
  static @Nullable IpPacket parse(byte[] bytes) {
    int header = bytes.length < 20 ? 0 : (bytes[0] & 0xf) * 4;
    if (header < 20 || header > bytes.length || bytes[0] >> 4 != 4) {
      return null;
    }
    int total = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    if (total < header || total > bytes.length) {
      return null;
    }
    AdvertCodec.Ip ip = new AdvertCodec.Ip(address(bytes, 12), address(bytes, 16), bytes[8] & 0xff);
    return new IpPacket(ip, ByteBuffer.wrap(bytes, header, total - header));
  }

  /** The virtual router it is about, or 0 for a payload too short to say. */
  int virtualRouterId() {
    return payload.remaining() < 2 ? 0 : payload.get(payload.position() + 1) & 0xff;
  }

  private static Inet4Address address(byte[] bytes, int at) {
    try {
      return (Inet4Address) InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // only for another length than 4 or 16
    }
  }
}
