package io.vipops.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An address on an interface (rtnetlink(7), RTM_NEWADDR).
 *
 * <pre>
 *   struct ifaddrmsg:  family u8 | prefix length u8 | flags u8 | scope u8 | interface index u32
 * </pre>
 *
 * @param label an alias, at most 15 characters; null: the interface's own name
 * @param validSeconds until the kernel removes it; {@link #FOREVER}: never
 * @param scope {@link #GLOBAL}, {@link #LINK} or {@link #HOST}; IPv6's follows from the address
 * @param flags what the kernel says of it ({@code IFA_F_…}); nothing to ask for
 */
public record InterfaceAddress(
    int interfaceIndex,
    InetAddress address,
    int prefixLength,
    @Nullable String label,
    int validSeconds,
    int scope,
    int flags) {
  /** RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, RT_SCOPE_HOST: rtnetlink(7). */
  public static final int GLOBAL = 0;

  public static final int LINK = 253;
  public static final int HOST = 254;

  /** INFINITY_LIFE_TIME. */
  public static final int FOREVER = -1;

  public static final int NEW = 20;
  public static final int DELETED = 21;
  private static final int GET = 22;

  private static final int FIXED = 8;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_LABEL = 3;
  private static final int IFA_CACHEINFO = 6;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_F_NODAD = 0x02;
  private static final int IFA_F_DADFAILED = 0x08;
  private static final int IFA_F_DEPRECATED = 0x20;
  private static final int IFA_F_TENTATIVE = 0x40;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /** One of global scope to put on or take off. */
  public InterfaceAddress(
      int interfaceIndex,
      InetAddress address,
      int prefixLength,
      @Nullable String label,
      int validSeconds) {
    this(interfaceIndex, address, prefixLength, label, validSeconds, GLOBAL, 0);
  }

  /** Not answering (yet): IPv6 looks for a duplicate, or has found one. */
  public boolean isTentative() {
    return (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
  }

  /** Not to be a source of what the host sends. */
  public boolean isDeprecated() {
    return (flags & IFA_F_DEPRECATED) != 0;
  }

  /** Asks for every address of both families. */
  public static byte[] dump(int sequence) {
    return new MessageWriter(GET, NetlinkMessage.REQUEST | NetlinkMessage.DUMP, sequence)
        .putInt(0)
        .putInt(0)
        .finish();
  }

  /** A notification or one line of a dump; empty: of another type, or not to be read. */
  public static Optional<InterfaceAddress> decode(NetlinkMessage message) {
    ByteBuffer in = message.reader();
    if ((message.type() != NEW && message.type() != DELETED) || in.limit() < FIXED) {
      return Optional.empty();
    }
    Fields fields = new Fields();
    Attributes.each(in, FIXED, fields::take);
    // IPv6 has no IFA_LOCAL; with a peer address IFA_ADDRESS is the other end.
    byte[] bytes = fields.local != null ? fields.local : fields.address;
    int size = in.get(0) == AF_INET ? 4 : in.get(0) == AF_INET6 ? 16 : -1;
    if (bytes == null || bytes.length != size) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new InterfaceAddress(
              in.getInt(4),
              // InetAddress alone would take ::ffff:a.b.c.d for IPv4.
              size == 4
                  ? InetAddress.getByAddress(bytes)
                  : Inet6Address.getByAddress(null, bytes, -1),
              in.get(1) & 0xff,
              fields.label,
              fields.validSeconds,
              in.get(3) & 0xff,
              fields.flags == null ? in.get(2) & 0xff : fields.flags));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** Puts it on, or sets anew how long it is valid where it is already there. */
  public byte[] add(int sequence) {
    MessageWriter request =
        head(
            NEW,
            NetlinkMessage.REQUEST
                | NetlinkMessage.ACK
                | NetlinkMessage.CREATE
                | NetlinkMessage.REPLACE,
            sequence);
    // IPv6: preferred 0 keeps it from becoming the host's source address.
    int preferred = isIpv6() ? 0 : validSeconds;
    request.attribute(IFA_CACHEINFO, cacheInfo(preferred, validSeconds));
    if (isIpv6()) {
      request.attribute(IFA_FLAGS, number(IFA_F_NODAD));
    }
    return request.finish();
  }

  /** Takes exactly this one off: address, prefix length and label must be its own. */
  public byte[] delete(int sequence) {
    return head(DELETED, NetlinkMessage.REQUEST | NetlinkMessage.ACK, sequence).finish();
  }

  private MessageWriter head(int type, int flags, int sequence) {
    byte[] bytes = address.getAddress();
    MessageWriter request =
        new MessageWriter(type, flags, sequence)
            .putByte(isIpv6() ? AF_INET6 : AF_INET)
            .putByte(prefixLength)
            .putByte(0)
            .putByte(scope)
            .putInt(interfaceIndex)
            .attribute(IFA_LOCAL, bytes)
            .attribute(IFA_ADDRESS, bytes);
    if (label != null) {
      request.attribute(IFA_LABEL, (label + "\0").getBytes(StandardCharsets.UTF_8));
    }
    return request;
  }

  private boolean isIpv6() {
    return address.getAddress().length == 16;
  }

  /** struct ifa_cacheinfo: preferred, valid (seconds), created, updated. */
  private static byte[] cacheInfo(int preferred, int valid) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.nativeOrder())
        .putInt(preferred)
        .putInt(valid)
        .array();
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static final class Fields {
    byte @Nullable [] local;
    byte @Nullable [] address;
    @Nullable String label;
    int validSeconds = FOREVER;

    /** All 32 of them; the fixed part has room for 8. */
    @Nullable Integer flags;

    void take(int type, byte[] value) {
      switch (type) {
        case IFA_LOCAL -> local = value;
        case IFA_ADDRESS -> address = value;
        case IFA_LABEL -> label = Text.of(value);
        case IFA_CACHEINFO -> {
          if (value.length >= 8) {
            validSeconds = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt(4);
          }
        }
        case IFA_FLAGS -> {
          if (value.length >= 4) {
            flags = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
          }
        }
        default -> {}
      }
    }
  }
}
