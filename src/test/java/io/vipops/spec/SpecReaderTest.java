package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpecReaderTest {
  static final String BASE =
      """
      version: 1
      cluster: web
      nodes:
        lb01: {address: 10.0.0.51, interface: eth0}
        lb02: {address: 10.0.0.52, interface: eth0}
      vrrp:
        web:
          virtual_router_id: 51
          priorities: {lb01: 100, lb02: 90}
          virtual_addresses: [10.0.0.50/24]
          track: [nginx]
      checks:
        nginx: {process: nginx, weight: -30}
      upstreams:
        backend: {servers: [10.0.0.101:80, 10.0.0.102:80]}
      listeners:
        http: {port: 80}
      routes:
        - {listeners: [http], upstream: backend}
      """;

  private static final String VRID = "virtual_router_id: 51";
  private static final String SERVERS = "[10.0.0.101:80, 10.0.0.102:80]";

  @Test
  void aSpecOfMoreWarningsThanAreShownIsValid() {
    String upstreams =
        IntStream.range(0, 501)
            .mapToObj(i -> "  u" + i + ": {servers: [10.0.0.101:80, 10.0.0.102:80]}\n")
            .collect(Collectors.joining("", "upstreams:\n", "  backend:"));
    SpecReader.Reading reading = read(BASE.replace("upstreams:\n  backend:", upstreams));
    assertThat(reading.spec()).isNotNull();
    assertThat(reading.problems()).hasSize(501);
    assertThat(reading.problems()).allMatch(problem -> problem.severity() == Severity.WARNING);
    assertThat(reading.problems().get(500).rule()).isEqualTo("too-many");
  }

  @Test
  void allFaultsComeAtOnceInTheirOrder() {
    String text =
        BASE.replace("10.0.0.51", "10.0.0.999")
            .replace("track: [nginx]", "track: [ngnix]")
            .replace("port: 80", "prot: 80")
            .replace("upstream: backend", "upstream: bakend");
    assertThat(faults(text))
        .containsExactly(
            "error bad-address 4:19",
            "error undefined-reference 11:13",
            "error unknown-key 17:10",
            "error undefined-reference 19:35");
    assertThat(read(text).problems().get(1).message())
        .isEqualTo("check ngnix is not defined: did you mean nginx?");
    assertThat(read(text).problems().get(2).message())
        .isEqualTo("unknown key prot: did you mean port?");
  }

  @Test
  void aPartWithAFaultCausesNoOthers() {
    String text = BASE.replace("{servers: " + SERVERS, "{servers: none");
    assertThat(faults(text)).containsExactly("error wrong-type 15:22");
  }

  @Test
  void moreThanFiveHundredProblemsAreCounted() {
    StringBuilder text = new StringBuilder(BASE);
    for (int i = 0; i < 600; i++) {
      text.append("unknown").append(i).append(": 1\n");
    }
    List<Problem> problems = read(text.toString()).problems();
    assertThat(problems).hasSize(501);
    assertThat(problems.get(500).message()).isEqualTo("100 more problems are not shown");
  }

  @Test
  void defaultsAreWhatTheSchemaSays() {
    Cluster cluster = read(BASE).spec().cluster();
    VrrpInstance web = cluster.vrrp().get("web");
    assertThat(web.version()).isEqualTo(3);
    assertThat(web.advertInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(web.vipLease()).isEqualTo(Duration.ofSeconds(3));
    assertThat(web.preempt()).isTrue();
    assertThat(web.preemptDelay()).isZero();
    assertThat(web.interfaceName()).isNull();
    assertThat(web.track()).containsExactly(new Track("nginx", -30));
    Check check = cluster.checks().get("nginx");
    assertThat(check.interval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(check.timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(check.rise()).isEqualTo(1);
    assertThat(check.fall()).isEqualTo(1);
    Server server = cluster.upstreams().get("backend").servers().get(0);
    assertThat(server.weight()).isEqualTo(1);
    assertThat(server.maxFails()).isEqualTo(1);
    assertThat(server.failTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(server.state()).isEqualTo(Server.State.READY);
    assertThat(cluster.rollout().settle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(cluster.routes().get(0).rules().get(0).path()).isEqualTo(Route.PathMatch.ALL);
  }

  @Test
  void authenticationMakesItVersionTwo() {
    String auth = VRID + "\n    authentication: {type: pass, password: 1234}";
    VrrpInstance web = read(BASE.replace(VRID, auth)).spec().cluster().vrrp().get("web");
    assertThat(web.version()).isEqualTo(2);
    assertThat(web.authentication().password()).isEqualTo("1234");
    assertThat(web.toString()).doesNotContain("1234");
  }

  @Test
  void theAutomaticLeaseIsThreeIntervalsInWholeSeconds() {
    assertThat(VrrpDecoder.autoLease(Duration.ofMillis(10))).isEqualTo(Duration.ofSeconds(3));
    assertThat(VrrpDecoder.autoLease(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(3));
    assertThat(VrrpDecoder.autoLease(Duration.ofMillis(1010))).isEqualTo(Duration.ofSeconds(4));
    assertThat(VrrpDecoder.autoLease(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void positionsOfPartsAreKnown() {
    Spec spec = read(BASE).spec();
    assertThat(spec.source().at("/upstreams/backend/servers/1"))
        .isEqualTo(new Position("cluster.yaml", 15, 38));
  }

  @Test
  void theClassicExampleIsClean() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("examples/classic/cluster.yaml"));
    SpecReader.Reading reading =
        SpecReader.read(List.of(new SpecReader.SourceFile("cluster.yaml", bytes)));
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.spec()).isNotNull();
  }

  @Test
  void aFolderIsOneSpec() {
    int vrrp = BASE.indexOf("vrrp:");
    int upstreams = BASE.indexOf("upstreams:");
    String routes = "routes:\n  - {listeners: [http], hosts: [a.example], upstream: backend}\n";
    SpecReader.Reading reading =
        SpecReader.read(
            List.of(
                file("b.yaml", BASE.substring(upstreams)),
                file("a.yaml", BASE.substring(0, vrrp)),
                file("c.yaml", routes + BASE.substring(vrrp, upstreams))));
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.spec().cluster().routes()).hasSize(2);
    assertThat(reading.spec().cluster().routes().get(1).hosts()).containsExactly("a.example");
    assertThat(reading.spec().source().at("/routes/1").file()).isEqualTo("c.yaml");
  }

  @Test
  void inAFolderANameIsGivenOnce() {
    String more =
        "version: 1\nlisteners:\n  other: {port: 81, redirect_to: http}\n  http: {port: 82}\n";
    SpecReader.Reading reading =
        SpecReader.read(List.of(file("a.yaml", BASE), file("b.yaml", more)));
    assertThat(reading.problems())
        .extracting(p -> p.rule() + " " + p.position().file() + ":" + p.position().line())
        .containsExactly("given-twice b.yaml:1", "given-twice b.yaml:4");
    assertThat(reading.problems().get(1).message()).isEqualTo("http is already given in a.yaml:17");
  }

  @Test
  void inAFolderABrokenFileHidesNothingButTheRules() {
    SpecReader.Reading reading =
        SpecReader.read(List.of(file("a.yaml", "a: ["), file("b.yaml", "- x"), file("c.yaml", "")));
    assertThat(reading.problems())
        .extracting(p -> p.position().file() + " " + p.rule())
        .containsExactly("a.yaml yaml-syntax", "b.yaml wrong-type", "c.yaml yaml-empty");
  }

  static SpecReader.Reading read(String text) {
    return SpecReader.read(List.of(file("cluster.yaml", text)));
  }

  private static SpecReader.SourceFile file(String name, String text) {
    return new SpecReader.SourceFile(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> faults(String text) {
    return read(text).problems().stream()
        .map(
            p ->
                p.severity().name().toLowerCase(Locale.ROOT)
                    + " "
                    + p.rule()
                    + " "
                    + p.position().line()
                    + ":"
                    + p.position().column())
        .toList();
  }
}
