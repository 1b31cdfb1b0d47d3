package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.channel.Channel;
import io.vipops.channel.UnixSocket;
import io.vipops.lab.Await;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the agent's one thread behind it, which answers with 4 KiB. */
class ControlSocketTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long MINUTE_NS = TimeUnit.SECONDS.toNanos(61);

  @TempDir Path folder;

  private final AgentThread thread = new AgentThread();
  private final List<SocketChannel> opened = new ArrayList<>();
  private Path path;
  private ControlSocket control;

  @BeforeEach
  void open() throws Exception {
    path = folder.resolve("control.sock");
    Map<String, String> answer = Map.of("text", "x".repeat(4096));
    control = ControlSocket.open(path, call -> thread.run(() -> call.reply(answer)));
  }

  @AfterEach
  void close() throws Exception {
    for (SocketChannel it : opened) {
      it.close();
    }
    control.close();
    thread.stop();
  }

  private SocketChannel connect() throws Exception {
    SocketChannel socket = UnixSocket.connect(path);
    opened.add(socket);
    return socket;
  }

  private Map<String, ?> ask() throws Exception {
    try (SocketChannel socket = UnixSocket.connect(path)) {
      Channel channel =
          new Channel(UnixSocket.input(socket), UnixSocket.output(socket), call -> {});
      Thread reader =
          new Thread(
              () -> {
                try {
                  channel.run();
                } catch (java.io.IOException e) {
                  return; // the request fails with it
                }
              });
      reader.setDaemon(true);
      reader.start();
      return channel.request("status", Map.of()).get(10, TimeUnit.SECONDS);
    }
  }

  private static ByteBuffer request() {
    byte[] json =
        "{\"kind\":\"request\",\"id\":1,\"type\":\"status\",\"body\":{}}"
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + json.length).putInt(json.length).put(json).flip();
  }

  @Test
  void aClientThatNeverReadsIsClosedAndAnotherIsAnswered() throws Exception {
    SocketChannel greedy = connect();
    greedy.configureBlocking(false);
    Await.until(
        "closed",
        SOON,
        () -> {
          try {
            for (int i = 0; i < 100; i++) {
              greedy.write(request());
            }
            return false;
          } catch (java.io.IOException e) {
            return true;
          }
        });
    assertThat(ask()).containsKey("text");
  }

  @Test
  void aRequestThatIsTooLongClosesItsConnectionOnly() throws Exception {
    SocketChannel other = connect();
    SocketChannel liar = connect();
    liar.write(ByteBuffer.allocate(4).putInt(65 << 10).flip());
    assertThat(liar.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    other.write(request());
    assertThat(other.read(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  @Test
  void silentClientsMakeRoomAfterAMinute() throws Exception {
    SocketChannel last = connect();
    for (int i = 0; i < 15; i++) {
      last = connect();
    }
    last.write(request());
    assertThat(last.read(ByteBuffer.allocate(5000))).isPositive();
    assertThat(connect().read(ByteBuffer.allocate(1))).as("the 17th").isEqualTo(-1);
    control.onTick(System.nanoTime());
    last.write(request());
    assertThat(last.read(ByteBuffer.allocate(5000))).as("not idle yet").isPositive();
    // The answer may be here before its sender has counted it as answered: like the agent, again.
    SocketChannel idle = last;
    idle.configureBlocking(false);
    Await.until(
        "closed",
        SOON,
        () -> {
          control.onTick(System.nanoTime() + MINUTE_NS);
          return idle.read(ByteBuffer.allocate(5000)) < 0;
        });
    Await.until(
        "room",
        SOON,
        () -> {
          SocketChannel next = connect();
          try {
            next.write(request());
            return next.read(ByteBuffer.allocate(5000)) > 0;
          } catch (java.io.IOException e) {
            return false;
          }
        });
  }

  @Test
  void itTakesThePlaceOfALeftoverAndLeavesNothingElse() throws Exception {
    ControlSocket second = ControlSocket.open(path, call -> call.reply(Map.of("second", 2)));
    try {
      assertThat(ask()).containsKey("second");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-rw----");
      try (var files = Files.list(folder)) {
        assertThat(files).containsExactly(path);
      }
    } finally {
      second.close();
    }
  }
}
