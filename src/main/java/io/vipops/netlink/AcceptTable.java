package io.vipops.netlink;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nftables table {@code inet vipops}, which drops what comes in to some addresses of this host:
 * orders to the kernel (linux/netfilter/nf_tables.h), which takes a batch of them as one change or
 * not at all. As {@code nft list table inet vipops} shows it:
 *
 * <pre>
 *   set ipv4 { type ipv4_addr; elements = { 10.0.0.50 } }
 *   set ipv6 { type ipv6_addr; elements = { 2001:db8::50 } }
 *   chain input {
 *     type filter hook input priority filter; policy accept;
 *     iif "lo" accept
 *     icmpv6 type 135-136 accept
 *     ip daddr @ipv4 drop
 *     ip6 daddr @ipv6 drop
 *     iifname "eth0" ip6 daddr fe80::50 drop
 *   }
 * </pre>
 *
 * What this host says to itself has not come in. Without neighbor discovery nobody would find the
 * address, nor what is to be forwarded by it (RFC 9568 §6.1); ARP does not come by here.
 */
public final class AcceptTable {
  /** What people and {@code nft} call it. */
  public static final String NAME = "nftables table inet vipops";

  /** NFNLGRP_NFTABLES as a bit mask: whatever anybody changes. */
  public static final int CHANGES = 1 << 6;

  private static final byte[] TABLE = text("vipops");
  private static final byte[] CHAIN = text("input");
  private static final int FAMILY_INET = 1;

  // enum nf_tables_msg_types, of subsystem 10
  private static final int SUBSYSTEM = 10;
  private static final int NEW_TABLE = 0;
  private static final int GET_TABLE = 1;
  private static final int DELETE_TABLE = 2;
  private static final int NEW_CHAIN = 3;
  private static final int NEW_RULE = 6;
  private static final int NEW_SET = 9;
  private static final int NEW_ELEMENTS = 12;
  private static final int NEW_GENERATION = 15;

  /** NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END. */
  private static final int BEGIN = 0x10;

  private static final int END = 0x11;

  private static final int NF_INET_LOCAL_IN = 1;

  /** An attribute is 64 KiB at most, an element 28 bytes. */
  private static final int ELEMENTS_AT_ONCE = 2000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int sequence;

  private AcceptTable(int sequence) {
    this.sequence = sequence;
  }

  /**
   * An address that takes nothing.
   *
   * @param interfaceName where it lies, for one that others may have elsewhere; null: wherever
   */
  public record Dropped(InetAddress address, @Nullable String interfaceName) {}

  /** Puts a table with these addresses in the place of the one before, if there was any. */
  public static byte[] put(Collection<Dropped> dropped, int sequence) {
    AcceptTable batch = whole(dropped, sequence);
    batch.frame(END);
    return batch.out.toByteArray();
  }

  /** The same up to the word that makes it count: the kernel says what is wrong with it. */
  public static byte[] tryOut(Collection<Dropped> dropped, int sequence) {
    return whole(dropped, sequence).out.toByteArray();
  }

  /** Removes the table; none is no error. */
  public static byte[] remove(int sequence) {
    AcceptTable batch = new AcceptTable(sequence);
    batch.frame(BEGIN);
    batch.withoutTable();
    batch.frame(END);
    return batch.out.toByteArray();
  }

  /** Asks for the table; ENOENT: there is none. */
  public static byte[] ask(int sequence) {
    return message(GET_TABLE, NetlinkMessage.ACK, sequence).attribute(1, TABLE).finish();
  }

  /** Whether a notification is of this table. */
  public static boolean concerns(NetlinkMessage message) {
    ByteBuffer in = message.reader();
    boolean ours = message.type() >> 8 == SUBSYSTEM && (message.type() & 0xff) != NEW_GENERATION;
    if (!ours || in.limit() < 4 || in.get(0) != FAMILY_INET) {
      return false;
    }
    boolean[] named = {false};
    // The first attribute of all of them is the table's name.
    Attributes.each(
        in, 4, (type, value) -> named[0] |= type == 1 && Text.of(value).equals("vipops"));
    return named[0];
  }

  private static AcceptTable whole(Collection<Dropped> dropped, int sequence) {
    AcceptTable batch = new AcceptTable(sequence);
    batch.frame(BEGIN);
    batch.withoutTable();
    batch.order(message(NEW_TABLE, NetlinkMessage.CREATE, sequence).attribute(1, TABLE));
    batch.chain();
    batch.set("ipv4", 4, everywhere(dropped, 4));
    batch.set("ipv6", 16, everywhere(dropped, 16));
    batch.fromItself();
    batch.neighborDiscovery();
    batch.inSet("ipv4", 4);
    batch.inSet("ipv6", 16);
    dropped.stream().filter(it -> it.interfaceName != null).forEach(batch::onInterface);
    return batch;
  }

  private static List<byte[]> everywhere(Collection<Dropped> dropped, int size) {
    return dropped.stream()
        .filter(it -> it.interfaceName == null)
        .map(it -> it.address.getAddress())
        .filter(it -> it.length == size)
        .toList();
  }

  /**
   * Deleting what is not there would fail the whole batch. The answer to the batch is its first's.
   */
  private void withoutTable() {
    order(
        message(NEW_TABLE, NetlinkMessage.CREATE | NetlinkMessage.ACK, sequence)
            .attribute(1, TABLE));
    order(message(DELETE_TABLE, 0, sequence).attribute(1, TABLE));
  }

  private void chain() {
    MessageWriter chain =
        message(NEW_CHAIN, NetlinkMessage.CREATE, sequence).attribute(1, TABLE).attribute(3, CHAIN);
    int hook = chain.begin(4);
    chain.attribute(1, number(NF_INET_LOCAL_IN)).attribute(2, number(0)); // priority
    chain.end(hook);
    order(chain.attribute(7, text("filter")));
  }

  private void set(String name, int size, List<byte[]> elements) {
    int type = size == 4 ? 7 : 8; // what nft prints: ipv4_addr, ipv6_addr
    order(
        message(NEW_SET, NetlinkMessage.CREATE, sequence)
            .attribute(1, TABLE)
            .attribute(2, text(name))
            .attribute(3, number(0)) // no flags
            .attribute(4, number(type))
            .attribute(5, number(size))
            .attribute(10, number(size))); // its id in this batch
    for (int from = 0; from < elements.size(); from += ELEMENTS_AT_ONCE) {
      int to = Math.min(elements.size(), from + ELEMENTS_AT_ONCE);
      elements(name, elements.subList(from, to));
    }
  }

  private void elements(String set, List<byte[]> values) {
    MessageWriter elements =
        message(NEW_ELEMENTS, NetlinkMessage.CREATE, sequence)
            .attribute(1, TABLE)
            .attribute(2, text(set));
    int list = elements.begin(3);
    for (byte[] value : values) {
      int element = elements.begin(1);
      int key = elements.begin(1);
      elements.attribute(1, value);
      elements.end(key);
      elements.end(element);
    }
    elements.end(list);
    order(elements);
  }

  private void fromItself() {
    Rule rule = new Rule();
    rule.meta(Rule.INTERFACE);
    rule.compare(Rule.EQUAL, nativeNumber(1)); // lo is the first in every network namespace
    rule.verdict(Rule.ACCEPT);
    order(rule.finish());
  }

  private void neighborDiscovery() {
    Rule rule = new Rule();
    rule.meta(Rule.TRANSPORT);
    rule.compare(Rule.EQUAL, (byte) 58); // ICMPv6
    rule.payload(Rule.TRANSPORT_HEADER, 0, 1);
    rule.compare(Rule.AT_LEAST, (byte) 135);
    rule.compare(Rule.AT_MOST, (byte) 136);
    rule.verdict(Rule.ACCEPT);
    order(rule.finish());
  }

  private void inSet(String set, int size) {
    Rule rule = new Rule();
    rule.destination(size);
    rule.lookup(set, size);
    rule.verdict(Rule.DROP);
    order(rule.finish());
  }

  private void onInterface(Dropped it) {
    Rule rule = new Rule();
    byte[] name = new byte[16];
    byte[] text = text(String.valueOf(it.interfaceName));
    System.arraycopy(text, 0, name, 0, Math.min(text.length, name.length));
    rule.meta(Rule.INTERFACE_NAME);
    rule.compare(Rule.EQUAL, name);
    rule.destination(it.address instanceof Inet6Address ? 16 : 4);
    rule.compare(Rule.EQUAL, it.address.getAddress());
    rule.verdict(Rule.DROP);
    order(rule.finish());
  }

  /** One rule of the chain, of expressions that hand each other register 1. */
  private final class Rule {
    static final int INTERFACE = 4;
    static final int INTERFACE_NAME = 6;
    static final int FAMILY = 15;
    static final int TRANSPORT = 16;
    static final int NETWORK_HEADER = 1;
    static final int TRANSPORT_HEADER = 2;
    static final int EQUAL = 0;
    static final int AT_MOST = 3;
    static final int AT_LEAST = 5;
    static final int DROP = 0;
    static final int ACCEPT = 1;

    private final byte[] register = number(1);
    private final MessageWriter out =
        message(NEW_RULE, NetlinkMessage.CREATE | NetlinkMessage.APPEND, sequence)
            .attribute(1, TABLE)
            .attribute(2, CHAIN);
    private final int list = out.begin(4);

    private void expression(String name, Runnable data) {
      int element = out.begin(1);
      out.attribute(1, text(name));
      int start = out.begin(2);
      data.run();
      out.end(start);
      out.end(element);
    }

    void meta(int key) {
      expression("meta", () -> out.attribute(1, register).attribute(2, number(key)));
    }

    void payload(int header, int offset, int length) {
      expression(
          "payload",
          () ->
              out.attribute(1, register)
                  .attribute(2, number(header))
                  .attribute(3, number(offset))
                  .attribute(4, number(length)));
    }

    /** Loads the destination of a packet of one family; any other does not match. */
    void destination(int size) {
      meta(FAMILY);
      compare(EQUAL, (byte) (size == 4 ? 2 : 10));
      payload(NETWORK_HEADER, size == 4 ? 16 : 24, size);
    }

    void compare(int how, byte... value) {
      expression(
          "cmp",
          () -> {
            out.attribute(1, register).attribute(2, number(how));
            int data = out.begin(3);
            out.attribute(1, value);
            out.end(data);
          });
    }

    void lookup(String set, int id) {
      expression(
          "lookup",
          () -> out.attribute(1, text(set)).attribute(2, register).attribute(4, number(id)));
    }

    void verdict(int code) {
      expression(
          "immediate",
          () -> {
            out.attribute(1, number(0)); // the verdict's register
            int data = out.begin(2);
            int verdict = out.begin(2);
            out.attribute(1, number(code));
            out.end(verdict);
            out.end(data);
          });
    }

    MessageWriter finish() {
      out.end(list);
      return out;
    }
  }

  private void order(MessageWriter message) {
    out.writeBytes(message.finish());
  }

  /** The subsystem of what is between the two, in network order. */
  private void frame(int type) {
    out.writeBytes(
        new MessageWriter(type, NetlinkMessage.REQUEST, sequence)
            .put(new byte[] {0, 0, 0, SUBSYSTEM})
            .finish());
  }

  /** struct nfgenmsg: family u8 | version u8 | resource id u16. */
  private static MessageWriter message(int type, int flags, int sequence) {
    return new MessageWriter(SUBSYSTEM << 8 | type, NetlinkMessage.REQUEST | flags, sequence)
        .put(new byte[] {FAMILY_INET, 0, 0, 0});
  }

  /** Most numbers of nftables are in network order. */
  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] nativeNumber(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }
}
