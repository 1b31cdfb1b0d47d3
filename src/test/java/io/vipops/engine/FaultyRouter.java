package io.vipops.engine;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One of the virtual routers that three hosts run.
 *
 * @param addresses always its own, first those that adverts must begin with
 * @param extra one that commits add and remove
 * @param priorities base priorities, one for each host, all different
 */
record FaultyRouter(
    int vrid,
    int version,
    boolean ipv6,
    int intervalMs,
    boolean preempt,
    List<String> addresses,
    String extra,
    List<Integer> priorities) {
  static final int LEASE_S = 3;

  /** Both versions and families, fast and slow; each host is the best of three or four. */
  static final List<FaultyRouter> TEN =
      List.of(
          ipv4(51, 3, 1000, true, 120, 100, 80),
          ipv4(52, 3, 1000, false, 80, 120, 100),
          ipv4(53, 3, 100, true, 100, 80, 120),
          ipv4(54, 3, 100, false, 120, 80, 100),
          ipv4(55, 2, 1000, true, 100, 120, 80),
          ipv4(56, 2, 1000, false, 80, 100, 120),
          ipv6(57, true, 1000, true, 120, 100, 80),
          ipv6(58, true, 100, false, 80, 120, 100),
          ipv6(59, false, 100, true, 100, 80, 120),
          ipv6(60, true, 1000, true, 120, 80, 100));

  private static FaultyRouter ipv4(
      int vrid, int version, int intervalMs, boolean preempt, Integer... priorities) {
    List<String> addresses = List.of("10.0.0." + (vrid + 100), "10.0.0." + (vrid + 120));
    String extra = "10.0.0." + (vrid + 140);
    // One of them with a single address, as most are.
    List<String> own = vrid == 51 ? addresses.subList(0, 1) : addresses;
    return new FaultyRouter(
        vrid, version, false, intervalMs, preempt, own, extra, List.of(priorities));
  }

  private static FaultyRouter ipv6(
      int vrid, boolean linkLocal, int intervalMs, boolean preempt, Integer... priorities) {
    String global = "fd00::1:" + vrid;
    List<String> own = linkLocal ? List.of("fe80::1:" + vrid, global) : List.of(global);
    return new FaultyRouter(
        vrid, 3, true, intervalMs, preempt, own, "fd00::2:" + vrid, List.of(priorities));
  }

  String name() {
    return "r" + vrid;
  }

  List<String> allAddresses() {
    return IntStream.rangeClosed(0, addresses.size())
        .mapToObj(i -> i < addresses.size() ? addresses.get(i) : extra)
        .toList();
  }

  long intervalUs() {
    return intervalMs * 1000L;
  }

  /** The longest Skew_Time that there is (RFC 9568 §6.1, RFC 3768 §6.1). */
  long skewUs() {
    return version == 2 ? 1_000_000 : intervalUs();
  }

  /** The least that a Backup waits for. */
  long shortestDownUs() {
    return 3 * intervalUs();
  }

  /** After so long even a node whose every check fails serves, if nobody else does. */
  long longestDownUs() {
    return 3 * intervalUs() + 2 * skewUs();
  }

  int best() {
    return IntStream.range(0, 3)
        .reduce((a, b) -> priorities.get(a) > priorities.get(b) ? a : b)
        .orElseThrow();
  }

  /** As {@link Node} takes them. */
  Map<String, String> settings(int host, boolean withExtra) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("vrid", "" + vrid);
    settings.put("version", "" + version);
    settings.put("interval_ms", "" + intervalMs);
    settings.put("preempt", "" + preempt);
    settings.put("lease", "" + LEASE_S);
    settings.put("priority", "" + priorities.get(host));
    settings.put(
        "vips",
        (withExtra ? allAddresses() : addresses)
            .stream().map(it -> it + (ipv6 ? "/64" : "/24")).collect(joining(",")));
    settings.put(
        "peers",
        IntStream.range(0, 3)
            .filter(i -> i != host)
            .mapToObj(i -> FaultyHost.address(i) + "=" + priorities.get(i))
            .collect(joining(",")));
    if (version == 2 && preempt) {
      settings.put("password", "geheim");
    }
    return settings;
  }
}
