package io.vipops.engine;

import static java.util.stream.Collectors.joining;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** One of three hosts with its engine, what is wrong with it now, and what was wrong when. */
final class FaultyHost {
  static final List<String> NAMES = List.of("a", "b", "c");

  private static final Duration STARTED = Duration.ofSeconds(60);

  /** What a check with a weight takes. */
  private static final int WEIGHT = 30;

  /** What can be wrong, as far as the invariants make a difference. */
  enum Wrong {
    /** From the kill or stop until the next engine has its instances. */
    NO_ENGINE,
    /** From the end of a clean stop until the next engine is started. */
    STOPPED,
    KILLED,
    FROZEN,
    /** Packets are lost, or none comes through, or the host knows that none can. */
    CUT,
    /** The same for one family. */
    CUT_IPV4,
    CUT_IPV6,
    DRAINED
  }

  private record Disturbed(Wrong wrong, Spans.Span span) {}

  final int index;
  final LabHost host;

  /** Held during a fault of which there may be one on a host at a time. */
  final ReentrantLock alone = new ReentrantLock(true);

  private final List<Disturbed> disturbed = new ArrayList<>();

  /** When its checks or the operator said something else than before. */
  private final List<Long> told = new ArrayList<>();

  private final Set<String> sources = new HashSet<>();
  private final Set<Integer> extras = new HashSet<>();
  private int lowered;
  private int failed;
  private int drained;
  private Map<String, String> current = Map.of();
  private final List<Running> engines = new ArrayList<>();
  private Running engine;
  private boolean running;

  /** Gives it IPv6 too; no engine yet. */
  FaultyHost(int index, LabHost host) throws Exception {
    this.index = index;
    this.host = host;
    host.enableIpv6();
    host.ip("addr", "add", globalIpv6(), "dev", "eth0", "nodad");
    awaitLinkLocal();
    sources.add(address(index));
  }

  static String address(int index) {
    return "10.0.0." + (51 + index);
  }

  String globalIpv6() {
    return "fd00::" + (51 + index) + "/64";
  }

  String name() {
    return NAMES.get(index);
  }

  static long nowUs() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  /** Until it may speak over IPv6; remembers the address that it speaks from. */
  void awaitLinkLocal() throws Exception {
    Await.until("link-local address", Pair.SOON, () -> !host.linkLocal().isEmpty());
    sources.add(InetAddress.getByName(host.linkLocal()).getHostAddress());
  }

  /** What its adverts may come from. */
  Set<String> sources() {
    return sources;
  }

  /** Returns when the engine has its instances. */
  void start() throws Exception {
    synchronized (this) {
      current = settings();
      String[] arguments =
          current.entrySet().stream()
              .map(it -> it.getKey() + "=" + it.getValue())
              .toArray(String[]::new);
      engine = host.java(Node.class, Pair.JVM, arguments);
      engines.add(engine);
      running = true;
    }
    Running started = engine;
    Await.until("engine of " + name(), STARTED, () -> started.output().contains("applied"));
  }

  void kill() throws Exception {
    synchronized (this) {
      running = false;
    }
    engine.kill();
  }

  void stop() throws Exception {
    synchronized (this) {
      running = false;
    }
    engine.stop();
  }

  void signal(String name) throws Exception {
    engine.signal(name);
  }

  /** What was wrong, and what its engines said; for the person who looks for the cause. */
  synchronized String story(long fromUs) {
    StringBuilder text = new StringBuilder("--- host " + name() + '\n');
    for (Disturbed it : disturbed) {
      if (it.span.untilUs() >= fromUs) {
        String from = Spans.text(it.span.fromUs());
        text.append(from + " until " + Spans.text(it.span.untilUs()) + ' ' + it.wrong + '\n');
      }
    }
    for (Running it : engines) {
      it.output()
          .lines()
          .filter(line -> line.compareTo(Spans.text(fromUs)) >= 0)
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  boolean isAlive() {
    return engine.isAlive();
  }

  private Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("instances", FaultyRouter.TEN.stream().map(FaultyRouter::name).collect(joining(",")));
    all.put("stamped", "true");
    all.put("address", address(index));
    all.put("fault", "" + (failed > 0));
    all.put("yielding", "" + (drained > 0));
    for (FaultyRouter router : FaultyRouter.TEN) {
      Map<String, String> own = router.settings(index, extras.contains(router.vrid()));
      int priority = router.priorities().get(index) - (lowered > 0 ? WEIGHT : 0);
      own.put("effective", "" + priority);
      own.forEach((key, value) -> all.put(router.name() + "." + key, value));
    }
    return all;
  }

  synchronized void lower(int by) throws IOException {
    lowered += by;
    tell();
  }

  synchronized void fail(int by) throws IOException {
    failed += by;
    tell();
  }

  synchronized void drain(int by) throws IOException {
    drained += by;
    tell();
  }

  synchronized void extra(int vrid, boolean wanted) throws IOException {
    boolean unused = wanted ? extras.add(vrid) : extras.remove(vrid);
    tell();
  }

  /** An engine that is not there learns it when it starts, one that is frozen when it thaws. */
  private void tell() throws IOException {
    told.add(nowUs());
    Map<String, String> next = settings();
    Map<String, String> news = new HashMap<>(next);
    news.entrySet().removeAll(current.entrySet());
    if (running && !news.isEmpty()) {
      current = next;
      engine.tell(
          "apply "
              + news.entrySet().stream()
                  .map(it -> it.getKey() + "=" + it.getValue())
                  .collect(joining(" ")));
    }
  }

  synchronized void was(Wrong wrong, long fromUs, long untilUs) {
    disturbed.add(new Disturbed(wrong, new Spans.Span(fromUs, untilUs)));
  }

  /** When any of these was so. */
  synchronized Spans when(Wrong... wrongs) {
    Spans all = Spans.NONE;
    for (Disturbed it : disturbed) {
      if (List.of(wrongs).contains(it.wrong)) {
        all = all.or(Spans.of(it.span.fromUs(), it.span.untilUs()));
      }
    }
    return all;
  }

  /** When it was told something, within a span. */
  synchronized List<Long> told(Spans.Span within) {
    return told.stream().filter(within::has).toList();
  }

  synchronized void forget(long beforeUs) {
    disturbed.removeIf(it -> it.span.untilUs() < beforeUs);
    told.removeIf(us -> us < beforeUs);
  }

  static List<FaultyHost> three(List<LabHost> hosts) throws Exception {
    List<FaultyHost> all = new ArrayList<>();
    for (int i : IntStream.range(0, 3).toArray()) {
      all.add(new FaultyHost(i, hosts.get(i)));
    }
    return List.copyOf(all);
  }
}
