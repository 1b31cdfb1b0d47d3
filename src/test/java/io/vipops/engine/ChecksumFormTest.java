package io.vipops.engine;

import static io.vipops.engine.Pair.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Running;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What our adverts' checksum covers, summed up by hand from a capture. Adverts every 100 ms. */
@Tag("root")
class ChecksumFormTest {
  @TempDir Path folder;

  /** Whether the sum of the message alone is whole (RFC 1071); else it covers something more. */
  private static boolean isOfTheMessage(byte[] frame) {
    int length = ByteBuffer.wrap(frame).getShort(16) - 20;
    int sum = 0;
    for (int i = 34; i < 34 + length; i += 2) {
      sum += ByteBuffer.wrap(frame).getShort(i) & 0xffff;
    }
    return (sum & 0xffff) + (sum >>> 16) == 0xffff;
  }

  private boolean firstIsOfTheMessage(String... settings) throws Exception {
    try (Pair pair = new Pair()) {
      Capture capture = new Capture(pair.b, folder.resolve("first.pcap"), "ip proto 112");
      Running node = pair.node(pair.a, settings);
      Await.until("an advert of " + node.pid(), SOON, () -> !capture.frames().isEmpty());
      return isOfTheMessage(capture.frames().get(0));
    }
  }

  @Test
  void theFirstAdvertIsInTheFormThatIsNamedOrWasLearned() throws Exception {
    assertThat(firstIsOfTheMessage("interval_ms=100")).isFalse();
    assertThat(firstIsOfTheMessage("interval_ms=100", "checksum=message")).isTrue();
    assertThat(firstIsOfTheMessage("interval_ms=100", "learned=message")).isTrue();
    assertThat(firstIsOfTheMessage("interval_ms=100", "learned=message", "checksum=pseudo_header"))
        .isFalse();
  }

  @Test
  void whatThePeerSendsIsFollowedToldAndShown() throws Exception {
    try (Pair pair = new Pair()) {
      Capture capture = new Capture(pair.a, folder.resolve("b.pcap"), "ip proto 112");
      Running a = pair.node(pair.a, "interval_ms=100", "checksum=message");
      pair.awaitHolder(pair.a, a);
      Running b = pair.node(pair.b, "interval_ms=100", "priority=90");
      Pair.awaitOutput(b, "10.0.0.51 uses the message form of the checksum: so do we now");
      b.tell("status");
      Pair.awaitOutput(b, "checksum=message, learnedChecksum=MESSAGE");
      a.stop();
      pair.awaitHolder(pair.b, a, b);
      Await.until("adverts of b", SOON, () -> capture.frames().size() >= 3);
      List<byte[]> frames = capture.frames();
      assertThat(frames).allMatch(ChecksumFormTest::isOfTheMessage);
    }
  }

  @Test
  void aNamedFormIsKeptAndTheOtherIsSaidAndHeard() throws Exception {
    try (Pair pair = new Pair()) {
      Running a = pair.node(pair.a, "interval_ms=100", "checksum=message");
      pair.awaitHolder(pair.a, a);
      Running b = pair.node(pair.b, "interval_ms=100", "priority=90", "checksum=pseudo_header");
      Pair.awaitOutput(b, "10.0.0.51 uses the message form of the checksum, and we the other");
      b.tell("status");
      Pair.awaitOutput(b, "activePeer=10.0.0.51");
      assertThat(b.output()).contains("checksum=pseudo_header").doesNotContain("-> ACTIVE");
      assertThat(b.output().split("and we the other", -1)).hasSize(2);
    }
  }
}
