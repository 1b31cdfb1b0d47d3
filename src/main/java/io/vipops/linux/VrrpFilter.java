package io.vipops.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedSet;

/**
 * The kernel's filter in front of a VRRP socket (classic BPF): what is not for us never fills the
 * receive buffer, so a flood of it cannot push out a peer's advert.
 */
final class VrrpFilter {
  /** sizeof(struct sock_filter): u16 code, u8 jt, u8 jf, u32 k. */
  static final int INSTRUCTION = 8;

  // linux/bpf_common.h
  private static final int LD_BYTE_ABSOLUTE = 0x30;
  private static final int LD_BYTE_INDIRECT = 0x50;
  private static final int LDX_HEADER_LENGTH = 0xb1;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;

  private static final int WHOLE_PACKET = -1;

  private VrrpFilter() {}

  /**
   * A program over an IPv4 packet from its IP header on: TTL 255 (RFC 9568 §5.1.1.3) and one of
   * these virtual routers, else dropped.
   */
  static byte[] ipv4(SortedSet<Integer> virtualRouterIds) {
    ByteBuffer program =
        ByteBuffer.allocate((5 + 2 * virtualRouterIds.size() + 1) * INSTRUCTION)
            .order(ByteOrder.nativeOrder());
    put(program, LD_BYTE_ABSOLUTE, 0, 0, 8); // TTL
    put(program, JUMP_IF_EQUAL, 1, 0, 255);
    put(program, RETURN, 0, 0, 0);
    put(program, LDX_HEADER_LENGTH, 0, 0, 0); // X = IHL × 4
    put(program, LD_BYTE_INDIRECT, 0, 0, 1); // VRID
    for (int id : virtualRouterIds) {
      put(program, JUMP_IF_EQUAL, 0, 1, id);
      put(program, RETURN, 0, 0, WHOLE_PACKET);
    }
    put(program, RETURN, 0, 0, 0);
    return program.array();
  }

  private static void put(ByteBuffer program, int code, int ifTrue, int ifFalse, int k) {
    program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
  }
}
