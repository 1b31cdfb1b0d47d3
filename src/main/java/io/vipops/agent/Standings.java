package io.vipops.agent;

import io.vipops.check.Priorities;
import io.vipops.check.Reading;
import io.vipops.check.RiseFall;
import io.vipops.check.Verdict;
import io.vipops.check.Weighing;
import io.vipops.probe.Result;
import io.vipops.render.VrrpFile;
import io.vipops.spec.Check;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this node thinks of itself: from check results, nginx's proof, drain and maintenance to a
 * {@link Standing} for each instance. All methods run on the agent's thread.
 */
final class Standings {
  /** How long an instance that is new here waits for nginx and for its checks' first answers. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  /** What a result may take beyond its check's interval and timeout. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  /** One check's state. */
  private static final class Watched {
    Check check;
    RiseFall riseFall;
    long addedNs;
    long heardNs;
    String last = "no answer yet";
    Instant since = Instant.now();

    Watched(Check check, long nowNs) {
      this.check = check;
      riseFall = RiseFall.unknown(check.rise(), check.fall());
      addedNs = nowNs;
      heardNs = nowNs;
    }

    /** Another definition of the same check: what the old one found stands until it is decided. */
    void edit(Check next, long nowNs) {
      boolean sameProbes = check.probes().equals(next.probes());
      riseFall =
          sameProbes
              ? riseFall.with(next.rise(), next.fall())
              : riseFall.edited(next.rise(), next.fall());
      check = next;
      addedNs = riseFall.answered() ? addedNs : nowNs;
      heardNs = nowNs;
    }

    /** A check that has not answered for so long is as good as failing. */
    Reading reading(long nowNs) {
      boolean answered = riseFall.answered();
      long patienceNs =
          answered ? check.interval().plus(check.timeout()).plus(SLACK).toNanos() : PATIENCE_NS;
      long silentNs = nowNs - (answered ? heardNs : addedNs);
      if (silentNs > patienceNs) {
        String words = "no result for " + TimeUnit.NANOSECONDS.toSeconds(silentNs) + " s";
        return new Reading(Verdict.FAILING, true, answered ? words + ", before: " + last : words);
      }
      Verdict verdict = riseFall.verdict();
      return new Reading(verdict, verdict != Verdict.UNKNOWN, last);
    }
  }

  private final Map<String, Watched> watched = new TreeMap<>();

  /** What the generation before watched and this one does not: a rollback wants it back. */
  private final Map<String, Watched> dropped = new TreeMap<>();

  private final Map<Instance.Identity, Long> sinceNs = new HashMap<>();
  private @Nullable VrrpFile file;
  private boolean nginxProven;
  private boolean drained;

  Standings(boolean drained) {
    this.drained = drained;
  }

  /** Takes the instances and checks of a generation; what stays keeps its history. */
  void take(VrrpFile next, long nowNs) {
    file = next;
    Map<String, Watched> before = new TreeMap<>(dropped);
    before.putAll(watched);
    dropped.clear();
    dropped.putAll(watched);
    watched.clear();
    for (Check check : next.checks()) {
      Watched one = before.get(check.name());
      if (one == null) {
        one = new Watched(check, nowNs);
      } else if (!one.check.equals(check) || !dropped.containsKey(check.name())) {
        one.edit(check, nowNs);
      }
      watched.put(check.name(), one);
    }
    dropped.keySet().removeAll(watched.keySet());
    List<Instance.Identity> identities = next.instances().stream().map(Instance::identity).toList();
    sinceNs.keySet().retainAll(identities);
    identities.forEach(identity -> sinceNs.putIfAbsent(identity, nowNs));
  }

  /** The agent itself was held up: that nothing was heard meanwhile is no check's fault. */
  void onStall(long nowNs) {
    watched.values().forEach(one -> one.heardNs = nowNs);
  }

  /** Takes one result; returns whether the verdict of its check changed. */
  boolean onProbe(Check check, Result result, long nowNs) {
    Watched one = watched.get(check.name());
    if (one == null || !one.check.equals(check)) {
      return false; // the last word of a check that was changed or dropped
    }
    Verdict before = one.riseFall.verdict();
    one.riseFall = one.riseFall.after(result.ok());
    one.last = result.text();
    one.heardNs = nowNs;
    boolean changed = one.riseFall.verdict() != before;
    if (changed) {
      one.since = Instant.now();
    }
    return changed;
  }

  void onNginxProven() {
    nginxProven = true;
  }

  void onDrain(boolean now) {
    drained = now;
  }

  /** Every instance's standing, by name. */
  Map<String, Standing> all(long nowNs) {
    VrrpFile now = file;
    Map<String, Standing> all = new HashMap<>();
    if (now == null) {
      return all;
    }
    Map<String, Reading> readings = new HashMap<>();
    watched.forEach((name, one) -> readings.put(name, one.reading(nowNs)));
    String yielding = drained ? "drained" : now.maintenance() ? "maintenance" : null;
    for (Instance instance : now.instances()) {
      Weighing weighing = Priorities.weigh(instance.priority(), instance.track(), readings);
      boolean known = weighing.answered() && (nginxProven || !now.listeners());
      boolean waited = nowNs - sinceNs.getOrDefault(instance.identity(), nowNs) >= PATIENCE_NS;
      all.put(instance.name(), weighing.standing(known || waited, yielding));
    }
    return all;
  }

  String cluster() {
    return file == null ? "" : file.cluster();
  }

  /** A line for each failing check. */
  List<String> failing(long nowNs) {
    List<String> lines = new ArrayList<>();
    watched.forEach(
        (name, one) -> {
          Reading reading = one.reading(nowNs);
          if (reading.verdict() == Verdict.FAILING) {
            lines.add("check " + name + " fails: " + reading.last());
          }
        });
    return lines;
  }

  /** The checks as {@code status --json} shows them; {@code ok} is null before the verdict. */
  List<Map<String, @Nullable Object>> checks(long nowNs) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    watched.forEach(
        (name, one) -> {
          Map<String, @Nullable Object> status = new LinkedHashMap<>();
          Reading reading = one.reading(nowNs);
          Verdict verdict = reading.verdict();
          status.put("name", name);
          status.put("ok", verdict == Verdict.UNKNOWN ? null : verdict == Verdict.PASSING);
          status.put("since", one.since.truncatedTo(ChronoUnit.MILLIS).toString());
          status.put("last", reading.last());
          status.put("weight", one.check.weight());
          all.add(status);
        });
    return all;
  }
}
