package io.vipops.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifySocketTest {
  @TempDir Path folder;

  private static void delivers(String name) throws Exception {
    try (NotifyReceiver systemd = new NotifyReceiver(name);
        NotifySocket socket = new NotifySocket(name)) {
      assertThat(socket.send("READY=1\nSTATUS=läuft")).isTrue();
      assertThat(systemd.next()).isEqualTo("READY=1\nSTATUS=läuft");
    }
  }

  @Test
  void aSocketInAFolderIsReached() throws Exception {
    delivers(folder.resolve("notify").toString());
  }

  @Test
  void anAbstractSocketIsReached() throws Exception {
    delivers("@vipops-test-" + UUID.randomUUID());
  }

  @Test
  void aReceiverThatIsBehindOrGoneHoldsNobodyUp() throws Exception {
    String name = folder.resolve("notify").toString();
    try (NotifyReceiver systemd = new NotifyReceiver(name);
        NotifySocket socket = new NotifySocket(name)) {
      int taken = 0;
      while (taken < 100_000 && socket.send("WATCHDOG=1")) {
        taken++;
      }
      assertThat(taken).as("until the queue was full").isBetween(1, 99_999);
      systemd.close();
      assertThat(socket.send("WATCHDOG=1")).isFalse();
    }
  }

  @Test
  void whatIsNoAddressIsSaid() {
    assertThatThrownBy(() -> new NotifySocket("relative/path"))
        .hasMessage("NOTIFY_SOCKET relative/path is no socket's address");
    assertThatThrownBy(() -> new NotifySocket("/" + "x".repeat(107)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void childrenDoNotInheritIt() {
    Map<String, String> environment =
        new HashMap<>(Map.of("NOTIFY_SOCKET", "/x", "WATCHDOG_USEC", "1", "PATH", "/bin"));
    NotifySocket.hideFrom(environment);
    assertThat(environment).containsOnlyKeys("PATH");
  }
}
