package io.vipops.probe;

import io.vipops.linux.EchoSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.spec.Probe;
import java.time.Duration;

/** Whether an address answers an ICMP echo request (RFC 792, RFC 4443 §4.1): one, and in time. */
final class PingProbe {
  private PingProbe() {}

  static Result run(Probe.Ping probe, Duration timeout) {
    String who = probe.address().getHostAddress();
    long startNs = System.nanoTime();
    try (EchoSocket socket = EchoSocket.open(probe.address())) {
      socket.send();
      return socket.answered(startNs + timeout.toNanos())
          ? Result.passed("ping " + who + " answered in " + Text.since(startNs))
          : Result.failed("ping " + who + ": " + Text.timeout(timeout));
    } catch (SystemCallException e) {
      return Result.failed("ping " + who + ": " + e.getMessage());
    }
  }
}
