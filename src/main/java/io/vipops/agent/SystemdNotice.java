package io.vipops.agent;

import io.vipops.engine.Heartbeat;
import io.vipops.linux.NotifySocket;
import io.vipops.linux.SystemCallException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What systemd is told of this agent (sd_notify(3)): that it is ready, how it stands, that it
 * stops, and by the engine's loop that it lives. Nothing, where systemd did not ask.
 */
final class SystemdNotice {
  private static final Logger LOG = LoggerFactory.getLogger("agent");

  private final @Nullable NotifySocket socket;
  private final @Nullable Duration watchdog;
  private String status = "";

  private SystemdNotice(@Nullable NotifySocket socket, @Nullable Duration watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * As the environment asks.
   *
   * @param pid of this process: the watchdog may be another's
   * @throws CannotStartException if the environment is not systemd's
   */
  static SystemdNotice of(Map<String, String> environment, long pid) throws CannotStartException {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (address.isEmpty()) {
      return new SystemdNotice(null, null);
    }
    String usec = environment.getOrDefault("WATCHDOG_USEC", "");
    String whose = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    try {
      Duration watchdog =
          usec.isEmpty() || !whose.equals(Long.toString(pid))
              ? null
              : Duration.of(Long.parseLong(usec), ChronoUnit.MICROS);
      return new SystemdNotice(new NotifySocket(address), watchdog);
    } catch (SystemCallException | IllegalArgumentException e) {
      throw new CannotStartException("cannot notify systemd: " + e.getMessage());
    }
  }

  /**
   * Three times in the time after which systemd gives the agent up, so that one beat may be late or
   * lost; empty: it does not watch.
   */
  Optional<Heartbeat> heartbeat() {
    NotifySocket to = socket;
    Duration limit = watchdog;
    if (to == null || limit == null || limit.isZero()) {
      return Optional.empty();
    }
    // The loop has no time to complain of a beat that is not taken; it gives another.
    return Optional.of(new Heartbeat(limit.dividedBy(3), () -> to.send("WATCHDOG=1")));
  }

  void ready(String line) {
    status = line;
    send("READY=1\nSTATUS=" + line);
  }

  /** Tells how the agent stands, if that is news. */
  void status(String line) {
    if (!line.equals(status)) {
      status = line;
      send("STATUS=" + line);
    }
  }

  void stopping() {
    send("STOPPING=1\nSTATUS=handing over");
  }

  private void send(String state) {
    NotifySocket to = socket;
    if (to != null && !to.send(state)) {
      LOG.warn("systemd did not take: {}", state.replace('\n', ' '));
    }
  }
}
