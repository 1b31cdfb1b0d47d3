package io.vipops.engine;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches both hosts for the VIP by the kernel's own notifications, which miss nothing between two
 * looks.
 */
final class Holders implements AutoCloseable {
  private static final Pattern LINE =
      Pattern.compile("\\[([0-9T:.-]+)\\] (Deleted )?.* inet " + Pattern.quote(Pair.VIP) + "/");

  private record Change(LocalDateTime at, int host, boolean has) {}

  private final List<Running> monitors = new ArrayList<>();
  private final boolean[] has = new boolean[2];

  Holders(Pair pair) throws Exception {
    for (LabHost host : List.of(pair.a, pair.b)) {
      has[monitors.size()] = host.holds(Pair.VIP);
      Running monitor = host.start("ip", "-ts", "-4", "-o", "monitor", "address");
      monitors.add(monitor);
      awaitListening(host, monitor);
    }
  }

  /** It listens once it tells of a change made for that. */
  private static void awaitListening(LabHost host, Running monitor) throws Exception {
    var unused =
        Await.until(
            "monitor listens",
            Pair.SOON,
            () -> {
              host.ip("addr", "add", "192.0.2.1/32", "dev", "lo");
              host.ip("addr", "del", "192.0.2.1/32", "dev", "lo");
              return monitor.output().contains("192.0.2.1");
            });
  }

  /** For how long both had it, in all. */
  Duration both() {
    boolean[] now = has.clone();
    Duration both = Duration.ZERO;
    LocalDateTime since = null;
    for (Change change : changes()) {
      now[change.host] = change.has;
      if (now[0] && now[1]) {
        since = since == null ? change.at : since;
      } else if (since != null) {
        both = both.plus(Duration.between(since, change.at));
        since = null;
      }
    }
    return since == null ? both : Duration.ofDays(1);
  }

  /** How often a host got it that had it not, counting both. */
  long moves() {
    boolean[] now = has.clone();
    long moves = 0;
    for (Change change : changes()) {
      moves += change.has && !now[change.host] ? 1 : 0;
      now[change.host] = change.has;
    }
    return moves;
  }

  private List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    for (int host = 0; host < 2; host++) {
      Matcher line = LINE.matcher(monitors.get(host).output());
      while (line.find()) {
        changes.add(new Change(LocalDateTime.parse(line.group(1)), host, line.group(2) == null));
      }
    }
    changes.sort(Comparator.comparing(Change::at));
    return changes;
  }

  @Override
  public void close() {
    monitors.forEach(Running::close);
  }
}
