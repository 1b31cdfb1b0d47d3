package io.vipops.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The kernel's filter in front of a VRRP socket (classic BPF): what is not for us never fills the
 * receive buffer, so a flood of it cannot push out a peer's advert.
 */
final class VrrpFilter {
  /** sizeof(struct sock_filter): u16 code, u8 jt, u8 jf, u32 k. */
  static final int INSTRUCTION = 8;

  // linux/bpf_common.h
  private static final int LD_WORD_ABSOLUTE = 0x20;
  private static final int LD_BYTE_ABSOLUTE = 0x30;
  private static final int LD_BYTE_INDIRECT = 0x50;
  private static final int LDX_HEADER_LENGTH = 0xb1;
  private static final int JUMP = 0x05;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_AT_LEAST = 0x35;
  private static final int RETURN = 0x06;

  private static final int WHOLE_PACKET = -1;

  /**
   * With more, every source passes. The kernel has net.core.optmem_max, often 20 kB, for a program
   * and the one that it replaces.
   */
  static final int MOST_PEERS = 64;

  /** Addresses of one host whose claims are heard. */
  private static final int MOST_CLAIMED = 500;

  /** SKF_NET_OFF: from here on an address counts from the network header. */
  private static final int NETWORK_HEADER = -0x100000;

  private VrrpFilter() {}

  /** A program over an IPv4 packet from its IP header on. */
  static byte[] ipv4(Hearing hearing) {
    ByteBuffer program = allocate(hearing);
    putWay(program, hearing, 8, 12);
    put(program, LDX_HEADER_LENGTH, 0, 0, 0); // X = IHL × 4
    put(program, LD_BYTE_INDIRECT, 0, 0, 1); // VRID
    return putIds(program, hearing.virtualRouterIds());
  }

  /**
   * The same over an IPv6 packet as a raw socket sees it, from the VRRP header on; hop limit and
   * source lie before that. Of a source the last four bytes tell enough: the whole of it is looked
   * at again.
   */
  static byte[] ipv6(Hearing hearing) {
    ByteBuffer program = allocate(hearing);
    putWay(program, hearing, NETWORK_HEADER + 7, NETWORK_HEADER + 20);
    put(program, LD_BYTE_ABSOLUTE, 0, 0, 1); // VRID
    return putIds(program, hearing.virtualRouterIds());
  }

  private static ByteBuffer allocate(Hearing hearing) {
    int peers = hearing.peers() == null ? 0 : hearing.peers().addresses().size();
    int most = 8 + 2 * peers + 2 * hearing.virtualRouterIds().size();
    return ByteBuffer.allocate(most * INSTRUCTION).order(ByteOrder.nativeOrder());
  }

  /**
   * Whence a packet came: TTL 255 (RFC 9568 §5.1.1.3) or what a unicast peer may have, and one of
   * the peers. Goes on with what is to be heard, and drops all else.
   *
   * @param ttl where that lies, as {@code source}
   */
  private static void putWay(ByteBuffer program, Hearing hearing, int ttl, int source) {
    Hearing.Peers peers = hearing.peers();
    put(program, LD_BYTE_ABSOLUTE, 0, 0, ttl);
    put(program, JUMP_IF_AT_LEAST, 1, 0, peers == null ? 255 : peers.minTtl());
    if (peers == null) {
      put(program, RETURN, 0, 0, 0);
      return;
    }
    SortedSet<Integer> words = new TreeSet<>();
    peers.addresses().forEach(it -> words.add(lastWord(it.getAddress())));
    boolean any = words.size() > MOST_PEERS;
    if (any) {
      words.clear();
    }
    boolean refused = peers.refused();
    boolean dropOthers = refused == any;
    int end = 4 + 2 * words.size() + (dropOthers ? 1 : 0);
    putEnd(program, refused, end);
    put(program, LD_WORD_ABSOLUTE, 0, 0, source);
    for (int word : words) {
      put(program, JUMP_IF_EQUAL, 0, 1, word);
      putEnd(program, !refused, end);
    }
    if (dropOthers) {
      put(program, RETURN, 0, 0, 0);
    }
  }

  /** Goes on at instruction {@code end}, or drops the packet. */
  private static void putEnd(ByteBuffer program, boolean goOn, int end) {
    int next = program.position() / INSTRUCTION + 1;
    put(program, goOn ? JUMP : RETURN, 0, 0, goOn ? end - next : 0);
  }

  /** A program over an ARP frame from its Ethernet header on: the sender is one of these. */
  static byte[] arp(SortedSet<Integer> senders) {
    return oneOf(senders, 28);
  }

  /** A program over an ICMPv6 message: the target ends with one of these words. */
  static byte[] neighborAdvertisements(SortedSet<Integer> targets) {
    ByteBuffer program = ByteBuffer.allocate(3 * INSTRUCTION).order(ByteOrder.nativeOrder());
    put(program, LD_BYTE_ABSOLUTE, 0, 0, NETWORK_HEADER + 7);
    put(program, JUMP_IF_EQUAL, 1, 0, 255); // from this LAN (RFC 4861 §7.1.2)
    put(program, RETURN, 0, 0, 0);
    byte[] rest = oneOf(targets, 20);
    return ByteBuffer.allocate(program.capacity() + rest.length)
        .put(program.array())
        .put(rest)
        .array();
  }

  /** Of more than the kernel has room for, none: what they would tell is evidence, no more. */
  private static byte[] oneOf(SortedSet<Integer> words, int at) {
    SortedSet<Integer> some = words.size() > MOST_CLAIMED ? new TreeSet<>() : words;
    ByteBuffer program =
        ByteBuffer.allocate((2 + 2 * some.size()) * INSTRUCTION).order(ByteOrder.nativeOrder());
    put(program, LD_WORD_ABSOLUTE, 0, 0, at);
    return putIds(program, some);
  }

  static int lastWord(byte[] address) {
    return ByteBuffer.wrap(address).getInt(address.length - 4);
  }

  /** What is loaded is one of these, else dropped. */
  private static byte[] putIds(ByteBuffer program, SortedSet<Integer> virtualRouterIds) {
    for (int id : virtualRouterIds) {
      put(program, JUMP_IF_EQUAL, 0, 1, id);
      put(program, RETURN, 0, 0, WHOLE_PACKET);
    }
    put(program, RETURN, 0, 0, 0);
    byte[] bytes = new byte[program.position()];
    program.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer program, int code, int ifTrue, int ifFalse, int k) {
    program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
  }
}
