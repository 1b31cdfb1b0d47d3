package io.vipops.vrrp;

import java.nio.ByteBuffer;

/** What the checksum of a packet covers. Version 3 over IPv4 is sent in either form in the wild. */
public enum Checksum {
  /** The VRRP message: always in version 2, and RFC 9568 §5.2.8 read literally. */
  MESSAGE,
  /** The pseudo-header too: always over IPv6, and as keepalived and FRR do in version 3. */
  PSEUDO_HEADER;

  /** Protocol number of VRRP in the IP header. */
  private static final int PROTOCOL = 112;

  /** The value for a message whose checksum field is zero. */
  short of(ByteBuffer message, AdvertCodec.Ip ip) {
    return (short) ~sum(message, ip);
  }

  /** Whether a message with its checksum in place is whole: the sum is all ones (RFC 1071). */
  boolean holds(ByteBuffer message, AdvertCodec.Ip ip) {
    return sum(message, ip) == 0xffff;
  }

  private int sum(ByteBuffer message, AdvertCodec.Ip ip) {
    int sum = words(message);
    if (this == PSEUDO_HEADER) {
      sum += words(ByteBuffer.wrap(ip.source().getAddress()));
      sum += words(ByteBuffer.wrap(ip.destination().getAddress()));
      sum += PROTOCOL + message.limit(); // IPv6 has them in wider fields, which adds up to the same
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  /** Sum of 16-bit words; an int, unsigned, holds that of 128 kB. */
  private static int words(ByteBuffer bytes) {
    int length = bytes.limit();
    int sum = 0;
    for (int i = 0; i + 1 < length; i += 2) {
      sum += bytes.getShort(i) & 0xffff;
    }
    return length % 2 == 0 ? sum : sum + ((bytes.get(length - 1) & 0xff) << 8);
  }
}
