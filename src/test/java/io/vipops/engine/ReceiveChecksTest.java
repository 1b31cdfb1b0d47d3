package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static io.vipops.engine.Pair.awaitOutput;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import io.vipops.linux.RawSender;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What arrives is counted by the reason for which it is not acted on. All of it comes over the wire
 * and through the kernel's filter, and would move the address if it were believed.
 */
@Tag("root")
class ReceiveChecksTest {
  private static final String NONE =
      "{addresses=0, auth=0, checksum=0, destination=0, interval=0, length=0, link_local=0,"
          + " overflow=0, owner=0, peer=0, ttl=0, type=0, version=0, vrid=0}";
  private static final String LINK_LOCAL = "fe800000000000000000000000000050";
  private static final String GLOBAL = "fd000000000000000000000000000050";

  private Pair pair;

  @BeforeEach
  void build() throws Exception {
    pair = new Pair();
  }

  @AfterEach
  void tearDown() {
    pair.close();
  }

  private void send(String destination, String... packets) throws Exception {
    String[] arguments = new String[packets.length + 1];
    arguments[0] = destination;
    System.arraycopy(packets, 0, arguments, 1, packets.length);
    Running sender =
        pair.b.java(
            RawSender.class,
            List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
            arguments);
    awaitOutput(sender, "sent");
  }

  private static void awaitDiscarded(Running node, String... counts) throws Exception {
    String expected = NONE;
    for (String count : counts) {
      expected = expected.replaceFirst("\\b" + count.replaceFirst("=.*", "=0"), count);
    }
    String discarded = "received=0, discarded=" + expected;
    try {
      Await.until(
          discarded,
          SOON,
          () -> {
            node.tell("status");
            return node.output().contains(discarded);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + " in\n" + node.output(), e);
    }
  }

  @Test
  void overIpv6EachReasonHasItsCounter() throws Exception {
    pair.withIpv6();
    Running node = pair.node(pair.a, "vips=fe80::50/64,fd00::50/64");
    pair.awaitHolder("fd00::50", pair.a, node);
    awaitDiscarded(node);
    String good = "3133c801" + "0064...." + LINK_LOCAL;
    send(
        "ff02::12",
        "255=" + good.replaceFirst("31", "41"),
        "255=" + good.replaceFirst("31", "32"),
        "255=3133c802" + "0064...." + LINK_LOCAL,
        "255=" + good.replace("....", "0001"),
        "255=3133c802" + "0064...." + GLOBAL + LINK_LOCAL,
        "255=3133c801" + "0000...." + LINK_LOCAL,
        "255=3133c800" + "0064....",
        // By the kernel, unseen: through a router, for a virtual router that is not served.
        "254=" + good,
        "255=" + good.replaceFirst("3133", "3134"));
    send(pair.a.linkLocal(), "255=" + good);
    awaitDiscarded(
        node,
        "version=1",
        "type=1",
        "length=1",
        "checksum=1",
        "link_local=1",
        "interval=1",
        "addresses=1",
        "destination=1");
    assertThat(pair.a.holds("fd00::50")).isTrue();
    send("ff02::12", "255=" + good);
    awaitOutput(node, "advertised priority 200, ours is 100");
  }

  @Test
  void overIpv4EachReasonHasItsCounter() throws Exception {
    Running node = pair.node(pair.a, "version=2", "password=s3cret");
    pair.awaitHolder(pair.a, node);
    awaitDiscarded(node);
    String rest = "0a000032" + "7333637265740000";
    String good = summed("2133c801" + "01010000" + rest);
    send(
        "224.0.0.18",
        "255=" + summed("3133c801" + "01010000" + rest),
        "255=" + summed("2233c801" + "01010000" + rest),
        "255=" + summed("2133c802" + "01010000" + rest),
        "255=" + good.substring(0, 12) + "0001" + good.substring(16),
        "255=" + summed("2133c801" + "00010000" + rest),
        "255=" + summed("2133c801" + "01020000" + rest),
        "255=" + summed("2133c800" + "01010000" + rest.substring(8)),
        "254=" + good,
        "255=" + summed("2134c801" + "01010000" + rest));
    send("10.0.0.51", "255=" + good);
    awaitDiscarded(
        node,
        "version=1",
        "type=1",
        "length=1",
        "checksum=1",
        "auth=1",
        "interval=1",
        "addresses=1",
        "destination=1");
    assertThat(pair.a.holds(Pair.VIP)).isTrue();
    send("224.0.0.18", "255=" + good);
    awaitOutput(node, "advertised priority 200, ours is 100");
  }

  @Test
  void theOwnerOfAVersion2AddressListensToNobody() throws Exception {
    Running node = pair.node(pair.a, "version=2", "priority=255", "vips=10.0.0.51/24", "lease=0");
    awaitOutput(node, "-> ACTIVE");
    send("224.0.0.18", "255=" + summed("2133ff01" + "00010000" + "0a000033" + "0".repeat(16)));
    awaitDiscarded(node, "owner=1");
  }

  /** With the checksum over the message in its place, RFC 1071. */
  private static String summed(String hex) {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex);
    int sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    byte[] out = Arrays.copyOf(bytes, bytes.length);
    out[6] = (byte) (~sum >> 8);
    out[7] = (byte) ~sum;
    return java.util.HexFormat.of().formatHex(out);
  }
}
