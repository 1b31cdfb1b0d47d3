package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network interface (rtnetlink(7), RTM_NEWLINK).
 *
 * <pre>
 *   struct ifinfomsg:  family u8 | pad u8 | type u16 | index s32 | flags u32 | change u32
 * </pre>
 *
 * @param flags netdevice(7)
 * @param hardwareAddress 6 bytes for Ethernet; empty where it has none
 */
public record Link(int index, String name, int flags, byte[] hardwareAddress) {
  public static final int NEW = 16;
  public static final int DELETED = 17;
  private static final int GET = 18;

  private static final int FIXED = 16;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFF_UP = 0x1;
  private static final int IFF_RUNNING = 0x40;

  /** Asks for every interface. */
  public static byte[] dump(int sequence) {
    return new MessageWriter(GET, NetlinkMessage.REQUEST | NetlinkMessage.DUMP, sequence)
        .put(new byte[FIXED])
        .finish();
  }

  /** A notification or one line of a dump; empty: of another type, or not to be read. */
  public static Optional<Link> decode(NetlinkMessage message) {
    ByteBuffer in = message.reader();
    // Bridges report their ports under a family of their own: no news of the interface itself.
    boolean ours = message.type() == NEW || message.type() == DELETED;
    if (!ours || in.limit() < FIXED || in.get(0) != 0) {
      return Optional.empty();
    }
    Fields fields = new Fields();
    Attributes.each(in, FIXED, fields::take);
    return fields.name == null
        ? Optional.empty()
        : Optional.of(new Link(in.getInt(4), fields.name, in.getInt(8), fields.hardwareAddress));
  }

  /** Switched on by the administrator. */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /** Able to carry packets: the cable is in (IFF_RUNNING, RFC 2863 operational state). */
  public boolean hasCarrier() {
    return (flags & IFF_RUNNING) != 0;
  }

  private static final class Fields {
    @Nullable String name;
    byte[] hardwareAddress = {};

    void take(int type, byte[] value) {
      if (type == IFLA_IFNAME) {
        name = Text.of(value);
      } else if (type == IFLA_ADDRESS) {
        hardwareAddress = value;
      }
    }
  }
}
