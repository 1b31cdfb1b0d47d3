package io.vipops.vrrp;

import io.vipops.spec.ChecksumForm;
import io.vipops.spec.Garp;
import io.vipops.spec.VrrpOptions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One replay case: a router, what happens to it, and (indented) what it does. Timers are run by the
 * clock of the story; a line {@code at T timer} is written by it, never read.
 *
 * <pre>
 * router lb02 priority=90 peers=lb01:100 [version=2] [interval=1s] [preempt=false]
 *             [preempt_delay=10s] [lease=3s] [vips=10.0.0.50/24,10.0.0.60/24]
 *             [garp=repeat:delay:refresh]
 * standing 90 [degraded] [fault] [unready] [yielding]: reason      before start: the first one
 * at 0 start | stop: reason | link up: reason | link down: reason | overflow | end
 * at 1 advert from lb01 priority 100 [interval 1s]
 * at 5 advert from lb01 priority 100 arrived 1
 * at 2 standing 70 degraded: check nginx failed
 * at 3 removed 10.0.0.50/24
 * at 3 suspended for 60
 * at 3 claim 10.0.0.50 by 02:00:00:00:00:99
 * at 4 configure vips=10.0.0.60/24 ...       effective=70: with another standing
 * at 5 pause         no timer runs until "at 9 resume"
 * </pre>
 */
final class Story {
  private final List<String> told = new ArrayList<>();
  private final List<String> comments = new ArrayList<>();
  private @Nullable InstanceFixture fixture;
  private Standing standing = new Standing(0, false, false, true, false, "");
  private @Nullable VirtualRouter router;
  private boolean paused;

  /** When it last went on: a timer that is due since long before runs then. */
  private long clockNs;

  /** Tells the story anew: the same inputs, with what the router does now. */
  static String retell(String text) {
    Story story = new Story();
    text.lines().forEach(story::line);
    story.told.addAll(story.comments);
    return String.join("\n", story.told) + "\n";
  }

  private void line(String line) {
    if (line.isBlank() || line.startsWith("#")) {
      comments.add(line);
    } else if (!line.startsWith(" ") && !line.endsWith(" timer")) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "router" -> {
          fixture = new InstanceFixture(words[1]);
          configure(words, 2);
          standing = new Standing(fixture.priority, false, false, true, false, "");
          tell(line, List.of());
        }
        case "standing" -> {
          standing = standing(words, 0, line);
          tell(line, List.of());
        }
        case "at" -> at(nanos(words[1]), words, line);
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private void at(long nowNs, String[] words, String line) {
    VirtualRouter vr = router();
    boolean end = words[2].equals("end");
    runTimers(vr, end ? nowNs + 1 : nowNs);
    clockNs = nowNs;
    switch (words[2]) {
      case "start" -> tell(line, vr.onStart(nowNs));
      case "stop:" -> tell(line, vr.onStop(afterColon(line), nowNs));
      case "link" -> tell(line, vr.onLink(words[3].equals("up:"), afterColon(line), nowNs));
      case "advert" ->
          tell(
              line,
              vr.onAdvertisement(advert(words), address(words[4]), arrived(words, nowNs), nowNs));
      case "standing" -> tell(line, vr.onStanding(standing(words, 2, line), nowNs));
      case "removed" ->
          tell(line, vr.onAddressRemoved(InstanceFixture.virtualAddress(words[3]), nowNs));
      case "configure" -> {
        configure(words, 3);
        tell(line, vr.onInstance(fixture().instance(), configured(words, vr), nowNs));
      }
      case "claim" -> tell(line, vr.onClaim(new Claim(address(words[3]), words[5]), nowNs));
      case "suspended" -> tell(line, vr.onSuspended(nanos(words[4]), nowNs));
      case "overflow" -> {
        vr.onOverflow(nowNs);
        tell(line, List.of());
      }
      case "pause" -> {
        paused = true;
        tell(line, List.of());
      }
      case "resume" -> {
        paused = false;
        tell(line, vr.onTimer(nowNs));
      }
      case "end" -> {
        tell(line, List.of());
        long next = vr.nextDeadlineNs();
        told.add(
            "    is "
                + vr.state()
                + ", next timer "
                + (next == Long.MAX_VALUE ? "never" : "at " + time(next)));
      }
      default -> throw new IllegalArgumentException(line);
    }
  }

  private void runTimers(VirtualRouter vr, long untilNs) {
    while (!paused && Math.max(clockNs, vr.nextDeadlineNs()) < untilNs) {
      long dueNs = Math.max(clockNs, vr.nextDeadlineNs());
      List<Effect> effects = vr.onTimer(dueNs);
      told.add("at " + time(dueNs) + " timer");
      EffectText.of(effects).forEach(effect -> told.add("    " + effect));
      if (vr.nextDeadlineNs() <= dueNs) {
        throw new AssertionError("the timer at " + time(dueNs) + " s would run for ever");
      }
    }
  }

  private void tell(String line, List<Effect> effects) {
    told.addAll(comments);
    comments.clear();
    told.add(line);
    EffectText.of(effects).forEach(effect -> told.add("    " + effect));
  }

  private VirtualRouter router() {
    if (router == null) {
      router = new VirtualRouter(fixture().instance(), standing);
    }
    return router;
  }

  private InstanceFixture fixture() {
    if (fixture == null) {
      throw new IllegalArgumentException("a story begins with: router NODE priority=N");
    }
    return fixture;
  }

  private void configure(String[] words, int from) {
    InstanceFixture f = fixture();
    for (String word : Arrays.asList(words).subList(from, words.length)) {
      if (word.equals("yielding")) {
        continue; // of the standing
      }
      String value = word.substring(word.indexOf('=') + 1);
      switch (word.substring(0, word.indexOf('='))) {
        case "priority" -> f.priority = Integer.parseInt(value);
        case "version" -> f.version = Integer.parseInt(value);
        case "interval" -> f.advertInterval = duration(value);
        case "preempt" -> f.preempt = Boolean.parseBoolean(value);
        case "preempt_delay" -> f.preemptDelay = duration(value);
        case "lease" -> f.vipLease = duration(value);
        case "garp" ->
            f.options =
                new VrrpOptions(
                    garp(value),
                    List.of(),
                    List.of(),
                    ChecksumForm.AUTO,
                    List.of(),
                    null,
                    true,
                    false,
                    null);
        case "vips" -> f.virtualAddresses(value.split(","));
        case "effective" -> {}
        case "peers" -> {
          f.peers.clear();
          for (String peer : value.split(",")) {
            String[] parts = peer.split(":");
            f.peer(parts[0], Integer.parseInt(parts[1]));
          }
        }
        default -> throw new IllegalArgumentException(word);
      }
    }
  }

  /** The standing that comes with a configuration. */
  private static Standing configured(String[] words, VirtualRouter vr) {
    boolean yields = Arrays.asList(words).contains("yielding");
    return Arrays.stream(words)
        .filter(word -> word.startsWith("effective="))
        .map(word -> Integer.parseInt(word.substring("effective=".length())))
        .map(
            priority ->
                new Standing(priority, false, false, true, yields, yields ? "maintenance" : ""))
        .findFirst()
        .orElse(vr.standing());
  }

  private Advertisement advert(String[] words) {
    InstanceFixture f = fixture();
    boolean says = words.length > 8 && words[7].equals("interval");
    Duration interval = says ? duration(words[8]) : f.advertInterval;
    return new Advertisement(
        f.version,
        f.virtualRouterId,
        Integer.parseInt(words[6]),
        interval,
        f.virtualAddresses.stream().map(a -> a.prefix().address()).toList());
  }

  private static long arrived(String[] words, long nowNs) {
    int last = words.length - 1;
    return words[last - 1].equals("arrived") ? nanos(words[last]) : nowNs;
  }

  private static Standing standing(String[] words, int at, String line) {
    List<String> flags = Arrays.asList(line.substring(0, line.indexOf(": ")).split(" "));
    return new Standing(
        Integer.parseInt(words[at + 1].replace(":", "")),
        flags.contains("degraded"),
        flags.contains("fault"),
        !flags.contains("unready"),
        flags.contains("yielding"),
        afterColon(line));
  }

  private static Garp garp(String text) {
    String[] parts = text.split(":");
    return new Garp(Integer.parseInt(parts[0]), duration(parts[1]), duration(parts[2]));
  }

  private static java.net.InetAddress address(String node) {
    return InstanceFixture.address(node);
  }

  private static String afterColon(String line) {
    return line.substring(line.indexOf(": ") + 2);
  }

  private static Duration duration(String text) {
    return Duration.ofNanos(nanos(text.replace("s", "")));
  }

  private static long nanos(String seconds) {
    return new BigDecimal(seconds).movePointRight(9).longValueExact();
  }

  /** Seconds with three decimals at least, all nine where they matter. */
  private static String time(long ns) {
    BigDecimal seconds = BigDecimal.valueOf(ns, 9).stripTrailingZeros();
    return (seconds.scale() < 3 ? seconds.setScale(3, RoundingMode.UNNECESSARY) : seconds)
        .toPlainString();
  }
}
