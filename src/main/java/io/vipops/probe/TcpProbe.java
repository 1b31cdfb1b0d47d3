package io.vipops.probe;

import io.vipops.spec.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Whether a TCP connection is accepted. Nothing is sent. */
final class TcpProbe {
  private TcpProbe() {}

  static Result run(Probe.Tcp probe, Duration timeout) {
    long startNs = System.nanoTime();
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(probe.address(), probe.port()),
          (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis())));
      return Result.passed("tcp connected in " + Text.since(startNs));
    } catch (SocketTimeoutException e) {
      return Result.failed("tcp " + Text.timeout(timeout));
    } catch (IOException e) {
      return Result.failed("tcp: " + Text.of(e));
    }
  }
}
