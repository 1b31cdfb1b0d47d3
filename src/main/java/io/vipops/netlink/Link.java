package io.vipops.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
 * @param parent index of the interface that it is on top of; 0: none
 * @param alias a note that its maker left; empty: none
 */
public record Link(
    int index, String name, int flags, byte[] hardwareAddress, int parent, String alias) {
  public static final int NEW = 16;
  public static final int DELETED = 17;
  private static final int GET = 18;
  private static final int SET = 19;

  private static final int FIXED = 16;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_IFALIAS = 20;

  /** if_link.h: the parent hears multicast all the same, also from that very MAC. */
  private static final int IFLA_MACVLAN_MODE = 1;

  private static final int MACVLAN_MODE_BRIDGE = 4;
  private static final int EXCLUSIVE = 0x200;
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
        : Optional.of(
            new Link(
                in.getInt(4),
                fields.name,
                in.getInt(8),
                fields.hardwareAddress,
                fields.parent,
                fields.alias));
  }

  /** Makes an interface with a MAC of its own on top of another, down; EEXIST: there is one. */
  public static byte[] macvlan(String name, int parent, byte[] hardwareAddress, int sequence) {
    MessageWriter request =
        new MessageWriter(
                NEW,
                NetlinkMessage.REQUEST | NetlinkMessage.ACK | NetlinkMessage.CREATE | EXCLUSIVE,
                sequence)
            .put(new byte[FIXED])
            .attribute(IFLA_LINK, number(parent))
            .attribute(IFLA_IFNAME, text(name))
            .attribute(IFLA_ADDRESS, hardwareAddress);
    int info = request.begin(IFLA_LINKINFO);
    request.attribute(IFLA_INFO_KIND, text("macvlan"));
    int data = request.begin(IFLA_INFO_DATA);
    request.attribute(IFLA_MACVLAN_MODE, number(MACVLAN_MODE_BRIDGE));
    request.end(data);
    request.end(info);
    return request.finish();
  }

  /** Leaves a note on an interface. */
  public static byte[] alias(int index, String alias, int sequence) {
    return change(SET, index, 0, 0, sequence).attribute(IFLA_IFALIAS, text(alias)).finish();
  }

  /** Switches an interface on or off. */
  public static byte[] up(int index, boolean up, int sequence) {
    return change(NEW, index, up ? IFF_UP : 0, IFF_UP, sequence).finish();
  }

  /** Switches an interface on with that MAC. */
  public static byte[] up(int index, byte[] hardwareAddress, int sequence) {
    return change(NEW, index, IFF_UP, IFF_UP, sequence)
        .attribute(IFLA_ADDRESS, hardwareAddress)
        .finish();
  }

  /** Gives an interface another MAC, whether it is on or off. */
  public static byte[] hardwareAddress(int index, byte[] hardwareAddress, int sequence) {
    return change(NEW, index, 0, 0, sequence).attribute(IFLA_ADDRESS, hardwareAddress).finish();
  }

  public static byte[] delete(int index, int sequence) {
    return change(DELETED, index, 0, 0, sequence).finish();
  }

  private static MessageWriter change(int type, int index, int flags, int mask, int sequence) {
    return new MessageWriter(type, NetlinkMessage.REQUEST | NetlinkMessage.ACK, sequence)
        .putInt(0)
        .putInt(index)
        .putInt(flags)
        .putInt(mask);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
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
    int parent;
    String alias = "";

    void take(int type, byte[] value) {
      if (type == IFLA_IFNAME) {
        name = Text.of(value);
      } else if (type == IFLA_ADDRESS) {
        hardwareAddress = value;
      } else if (type == IFLA_LINK && value.length >= 4) {
        parent = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
      } else if (type == IFLA_IFALIAS) {
        alias = Text.of(value);
      }
    }
  }
}
