package io.vipops.engine;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches both hosts for the VIP by the kernel's own notifications, which miss nothing between two
 * looks.
 */
public final class Holders implements AutoCloseable {
  private final Pattern line;

  private record Change(LocalDateTime at, int host, boolean has) {}

  private final List<LabHost> hosts;
  private final List<Running> monitors = new ArrayList<>();
  private final boolean[] has = new boolean[2];
  private int marks;

  Holders(Pair pair) throws Exception {
    this(pair, Pair.VIP);
  }

  Holders(Pair pair, String vip) throws Exception {
    this(pair.a, pair.b, vip);
  }

  /** Watches {@code a} and {@code b} from now on. */
  public Holders(LabHost a, LabHost b, String vip) throws Exception {
    line = Pattern.compile("\\[([0-9T:.-]+)\\] (Deleted )?.* inet6? " + Pattern.quote(vip) + "/");
    hosts = List.of(a, b);
    for (LabHost host : hosts) {
      has[monitors.size()] = host.holds(vip);
      Running monitor = host.start("ip", "-ts", "-o", "monitor", "address");
      monitors.add(monitor);
      catchUp(host, monitor);
    }
  }

  /** It has told all that was before once it tells of a change made for that. */
  private void catchUp(LabHost host, Running monitor) throws Exception {
    String mark = "192.0.2." + (1 + marks++ % 250) + "/32";
    long told = count(monitor, mark);
    var unused =
        Await.until(
            "monitor listens",
            Pair.SOON,
            () -> {
              host.ip("addr", "add", mark, "dev", "lo");
              host.ip("addr", "del", mark, "dev", "lo");
              return count(monitor, mark) > told;
            });
  }

  private static long count(Running monitor, String mark) {
    return monitor.output().lines().filter(it -> it.contains(mark)).count();
  }

  /** For how long both had it, in all. */
  public Duration both() {
    return times(true);
  }

  /** For how long neither had it, in all. */
  public Duration neither() {
    return times(false);
  }

  private Duration times(boolean each) {
    boolean[] now = has.clone();
    Duration times = Duration.ZERO;
    LocalDateTime since = null;
    for (Change change : changes()) {
      now[change.host] = change.has;
      if (now[0] == each && now[1] == each) {
        since = since == null ? change.at : since;
      } else if (since != null) {
        times = times.plus(Duration.between(since, change.at));
        since = null;
      }
    }
    return since == null ? times : Duration.ofDays(1);
  }

  /** When the first host lost it last, by the wall clock. */
  public Optional<LocalDateTime> firstLost() {
    return changes().stream()
        .filter(change -> change.host == 0 && !change.has)
        .map(Change::at)
        .reduce((before, last) -> last);
  }

  /** How often a host got it that had it not, counting both. */
  public long moves() {
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
      try {
        catchUp(hosts.get(host), monitors.get(host));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      Matcher found = line.matcher(monitors.get(host).output());
      while (found.find()) {
        changes.add(new Change(LocalDateTime.parse(found.group(1)), host, found.group(2) == null));
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
