package io.vipops.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The filter's program, run by a machine that knows only the instructions it uses (bpf(4)). */
class VrrpFilterTest {
  private static final int DROPPED = 0;
  private static final int WHOLE = -1;

  private static int run(byte[] packet, Integer... virtualRouterIds) {
    ByteBuffer program =
        ByteBuffer.wrap(VrrpFilter.ipv4(new TreeSet<>(List.of(virtualRouterIds))))
            .order(ByteOrder.nativeOrder());
    int accumulator = 0;
    int index = 0;
    for (int at = 0; ; at += 8) {
      int code = program.getShort(at);
      int k = program.getInt(at + 4);
      switch (code) {
        case 0x30 -> accumulator = packet[k] & 0xff; // ldb [k]
        case 0x50 -> accumulator = packet[index + k] & 0xff; // ldb [x + k]
        case 0xb1 -> index = (packet[k] & 0xf) * 4; // ldxb 4*([k]&0xf)
        case 0x15 -> at += 8 * (accumulator == k ? program.get(at + 2) : program.get(at + 3));
        case 0x06 -> {
          return k; // ret k
        }
        default -> throw new AssertionError("instruction " + code);
      }
    }
  }

  private static byte[] packet(int headerWords, int ttl, int virtualRouterId) {
    byte[] packet = new byte[headerWords * 4 + 20];
    packet[0] = (byte) (0x40 | headerWords);
    packet[8] = (byte) ttl;
    packet[headerWords * 4] = 0x31;
    packet[headerWords * 4 + 1] = (byte) virtualRouterId;
    return packet;
  }

  @Test
  void advertsOfServedRoutersPassWholeWithAndWithoutIpOptions() {
    assertThat(run(packet(5, 255, 51), 51)).isEqualTo(WHOLE);
    assertThat(run(packet(5, 255, 255), 1, 51, 255)).isEqualTo(WHOLE);
    assertThat(run(packet(15, 255, 51), 51, 52)).isEqualTo(WHOLE);
  }

  @Test
  void othersAndThoseThatCameThroughARouterAreDropped() {
    assertThat(run(packet(5, 255, 50), 51, 52)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 254, 51), 51)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 1, 51), 51)).isEqualTo(DROPPED);
    assertThat(run(packet(5, 255, 51))).isEqualTo(DROPPED);
  }

  @Test
  void allRoutersOfALanFitInOneProgram() {
    Integer[] all = new Integer[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = i + 1;
    }
    for (int id : all) {
      assertThat(run(packet(5, 255, id), all)).isEqualTo(WHOLE);
    }
    assertThat(run(packet(5, 255, 0), all)).isEqualTo(DROPPED);
  }
}
