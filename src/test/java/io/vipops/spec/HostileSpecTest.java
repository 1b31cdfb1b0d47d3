package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files within the limits whose size is what a rule's time must not grow with the square of. */
class HostileSpecTest {
  /** What the file is, its text, and a rule that it breaks. */
  record Case(String name, String text, String rule) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Beyond this it is not slow, but hangs. */
  private static final Duration HANGS = Duration.ofMinutes(3);

  /** In nanoseconds; what takes less says nothing. */
  private static final long MEASURABLE = 20_000_000;

  private static final String HEAD =
      """
      version: 1
      cluster: web
      nodes:
        lb01: {address: 10.0.0.51, interface: eth0}
        lb02: {address: 10.0.0.52, interface: eth0}
      """;
  private static final String UPSTREAM = "upstreams:\n  b: {servers: [10.9.0.1:80, 10.9.0.2:80]}\n";
  private static final String PRIORITIES = "priorities: {lb01: 2, lb02: 1}";

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n", "", "\n"));
  }

  private static String ip(int i) {
    return "10." + (1 + i / 65_536) + "." + i / 256 % 256 + "." + i % 256;
  }

  private static Case of(String name, String rule, String... text) {
    return new Case(name, String.join("", text), rule);
  }

  static Stream<Case> cases() {
    String vip = ", " + PRIORITIES + ", virtual_addresses: [";
    return Stream.of(
        of("nodes", "out-of-range", HEAD, lines(100_000, i -> "  n" + i + ": {}")),
        of(
            "faulty listeners",
            "missing-key",
            HEAD + "listeners:\n",
            lines(100_000, i -> "  n" + i + ": {}")),
        of("typos", "unknown-key", HEAD + "routes:\n", lines(40_000, i -> "  - {adress: 1}")),
        of("lists", "wrong-type", HEAD + "routes:\n", lines(100_000, i -> "  - []")),
        of(
            "unused upstreams",
            "unused-definition",
            HEAD + "upstreams:\n",
            lines(40_000, i -> "  u" + i + ": {servers: [10.9.0.1:80, 10.9.0.2:80]}")),
        of(
            "listeners on one port",
            "listener-twice",
            HEAD + "listeners:\n",
            lines(100_000, i -> "  l" + i + ": {port: 80}")),
        of(
            "listeners on ports",
            "unused-definition",
            HEAD + "listeners:\n",
            lines(55_000, i -> "  l" + i + ": {port: " + (10_000 + i) + "}")),
        of(
            "a long chain of redirects",
            "undefined-reference",
            HEAD + "listeners:\n",
            lines(60_000, i -> "  l" + i + ": {port: " + (1 + i) + ", redirect_to: l" + (i + 1))
                .replace("\n", "}\n")),
        of(
            "undefined upstreams",
            "undefined-reference",
            HEAD + "listeners: {http: {port: 80}}\nupstreams:\n",
            lines(20_000, i -> "  " + "u".repeat(57) + i + ": {servers: ['10.9.0.1:80']}"),
            "routes:\n",
            lines(20_000, i -> "  - {listeners: [http], upstream: " + "v".repeat(57) + i + "}")),
        of(
            "instances",
            "vrid-twice",
            HEAD + "vrrp:\n",
            lines(
                30_000,
                i -> "  v" + i + ": {virtual_router_id: " + (1 + i % 255) + vip + ip(i) + "]}")),
        of(
            "virtual addresses",
            "vip-is-server",
            HEAD + "vrrp:\n",
            lines(
                250,
                i ->
                    "  v"
                        + i
                        + ": {virtual_router_id: "
                        + (1 + i)
                        + vip
                        + IntStream.range(0, 250)
                            .mapToObj(j -> ip(i * 250 + j))
                            .collect(Collectors.joining(", "))
                        + "]}"),
            "upstreams:\n  a:\n    servers:\n",
            lines(60_000, i -> "      - " + ip(i) + ":80")),
        of(
            "hosts on many listeners",
            "host-twice",
            HEAD + UPSTREAM + "listeners:\n",
            lines(100, i -> "  l" + i + ": {port: " + (1 + i) + "}"),
            "routes:\n",
            lines(
                2,
                r ->
                    "  - upstream: b\n    listeners:\n"
                        + lines(100, i -> "      - l" + i)
                        + "    hosts:\n"
                        + lines(50_000, i -> "      - h" + i))),
        of(
            "long texts behind aliases",
            "out-of-range",
            "version: 1\ncluster: &x \"" + ("a".repeat(1000) + "\n").repeat(3000) + "\"\n",
            "nodes:\n",
            lines(40, i -> "  n" + i + ": {address: *x, interface: eth0}")),
        of(
            "allow comments",
            "bad-allow",
            HEAD + "listeners: {http: {port: 80}}\n",
            lines(290_000, i -> "#vipops:allow").strip()),
        of("one long line", "unused-definition", HEAD, "listeners: {", one(9_000), "}\n"));
  }

  private static String one(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "l" + i + ": {port: " + (1 + i) + "}")
        .collect(Collectors.joining(", "));
  }

  /** A reading and what it cost this thread: another process may take the machine meanwhile. */
  private record Timed(SpecReader.Reading reading, Duration cpu) {}

  private static Timed timed(List<SpecReader.SourceFile> files) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    SpecReader.Reading reading = SpecReader.read(files);
    new SourceLines(files).line(new Position("a.yaml", 1, 1));
    return new Timed(reading, Duration.ofNanos(threads.getCurrentThreadCpuTime() - before));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aFileWithinTheLimitsIsReadSoon(Case hostile) {
    byte[] bytes = hostile.text().getBytes(StandardCharsets.UTF_8);
    assertThat(bytes.length).isLessThanOrEqualTo(Yaml.MAX_BYTES);
    List<SpecReader.SourceFile> files = List.of(new SpecReader.SourceFile("a.yaml", bytes));
    Timed timed = assertTimeoutPreemptively(HANGS, () -> timed(files));
    assertThat(timed.cpu()).isLessThan(Duration.ofSeconds(10));
    SpecReader.Reading reading = timed.reading();
    assertThat(reading.problems()).hasSizeLessThanOrEqualTo(Problems.MOST + 1);
    assertThat(reading.problems()).extracting(Problem::rule).contains(hostile.rule());
  }

  /** What a fuzzer would repeat, on one line or on many. */
  static Stream<String> tokens() {
    return Stream.of(
            "#vipops:allow",
            " #",
            "# password: x ",
            "password: x, ",
            "password: \"",
            "https://",
            "a@",
            "[",
            "]",
            "{",
            "}",
            "- ",
            "a: ",
            "a: b",
            "&a ",
            "*a ",
            "\"",
            "'",
            "? ",
            ": ",
            ":",
            "\t",
            "#",
            "|",
            ">",
            "%",
            "---",
            "!",
            ",",
            "\\",
            "servers: [",
            "listeners:")
        .flatMap(token -> Stream.of(token, token + "\n"));
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void fourTimesATokenTakesAboutFourTimesAsLong(String token) {
    long small = nanos(token, Yaml.MAX_LINE / 4);
    long ratio = nanos(token, Yaml.MAX_LINE) / Math.max(small, MEASURABLE);
    assertThat(ratio).isLessThan(10);
  }

  /** The least of three, so that compiling does not count. */
  private static long nanos(String token, int bytes) {
    byte[] text = token.repeat(bytes / token.length()).getBytes(StandardCharsets.UTF_8);
    List<SpecReader.SourceFile> files = List.of(new SpecReader.SourceFile("a.yaml", text));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      least = Math.min(least, assertTimeoutPreemptively(HANGS, () -> timed(files)).cpu().toNanos());
    }
    return least;
  }
}
