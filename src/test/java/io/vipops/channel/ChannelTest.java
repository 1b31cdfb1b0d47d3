package io.vipops.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChannelTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static byte[] frame(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
  }

  private static Channel reading(byte[] bytes) {
    return new Channel(
        new ByteArrayInputStream(bytes),
        new ByteArrayOutputStream(),
        call -> call.reply(Map.of()),
        1000,
        1000);
  }

  @Test
  void aFrameThatIsTooLongEndsTheChannel() {
    byte[] length = ByteBuffer.allocate(4).putInt(1001).array();
    assertThatThrownBy(() -> reading(length).run()).hasMessage("frame of 1001 bytes");
    byte[] negative = ByteBuffer.allocate(4).putInt(-1).array();
    assertThatThrownBy(() -> reading(negative).run()).hasMessage("frame of -1 bytes");
  }

  @Test
  void whatIsNoFrameEndsTheChannel() {
    assertThatThrownBy(() -> reading(frame("no JSON")).run()).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> reading(frame("{\"id\":1}")).run())
        .hasMessage("frame without id or body");
  }

  @Test
  void aFrameThatIsCutOffIsTheEnd() throws Exception {
    byte[] whole = frame("{\"kind\":\"request\",\"id\":1,\"type\":\"a\",\"body\":{}}");
    reading(java.util.Arrays.copyOf(whole, whole.length - 1)).run();
  }

  @Test
  void aMessageThatIsTooLongIsLeftOutAndTheNextOneIsSent() throws Exception {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    Channel channel =
        new Channel(InputStream.nullInputStream(), sent, call -> call.reply(Map.of()), 100, 100);
    channel.tell("report", Map.of("text", "x".repeat(100)));
    assertThatThrownBy(() -> channel.request("a", Map.of("text", "x".repeat(100))).get())
        .isInstanceOf(ExecutionException.class);
    assertThat(sent.size()).isZero();
    channel.tell("report", Map.of("text", "short"));
    assertThat(sent.toString(StandardCharsets.UTF_8)).contains("short");
  }

  @Test
  void aReplyThatIsTooLongBecomesAnError() throws Exception {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    byte[] request = frame("{\"kind\":\"request\",\"id\":7,\"type\":\"a\",\"body\":{}}");
    new Channel(
            new ByteArrayInputStream(request),
            sent,
            call -> call.reply(Map.of("text", "x".repeat(200))),
            1000,
            200)
        .run();
    assertThat(sent.toString(StandardCharsets.UTF_8)).contains("\"id\":7", "too long");
  }

  @Test
  void aWaitingRequestFailsWhenTheOtherSideCloses() throws Exception {
    Channel channel = reading(new byte[0]);
    var reply = channel.request("a", Map.of());
    channel.run();
    assertThatThrownBy(reply::get).hasRootCauseMessage("the other side closed");
  }

  /** Takes nothing until it is let go. */
  private static final class Stuck extends OutputStream {
    final CountDownLatch release = new CountDownLatch(1);
    final CountDownLatch entered = new CountDownLatch(1);

    @Override
    public void write(int one) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] from) throws IOException {
      entered.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Test
  void aQueueGivesAReaderUpThatTakesNothing() throws Exception {
    Stuck stuck = new Stuck();
    CountDownLatch givenUp = new CountDownLatch(1);
    try (QueuedOutput queue = new QueuedOutput(stuck, givenUp::countDown, "test")) {
      queue.write(new byte[10]);
      assertThat(stuck.entered.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(queue.stuckNs(System.nanoTime())).isPositive();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  queue.write(new byte[10_000]);
                }
              })
          .hasMessage("the other side does not read");
      assertThat(givenUp.getCount()).isZero();
    } finally {
      stuck.release.countDown();
    }
  }

  @Test
  void aQueuePassesOnWhatIsWrittenInItsOrder() throws Exception {
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    try (QueuedOutput queue = new QueuedOutput(taken, () -> {}, "test")) {
      for (int i = 0; i < 100; i++) {
        queue.write(i);
      }
      Await.until("all taken", SOON, () -> taken.size() == 100);
      Await.until("nothing stuck", SOON, () -> queue.stuckNs(System.nanoTime()) == 0);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(taken.toByteArray()[i]).isEqualTo((byte) i);
    }
  }
}
