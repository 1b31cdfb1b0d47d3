package io.vipops.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Check;
import io.vipops.spec.ChecksumForm;
import io.vipops.spec.Garp;
import io.vipops.spec.Notify;
import io.vipops.spec.Prefix;
import io.vipops.spec.Probe;
import io.vipops.spec.Problem;
import io.vipops.spec.Track;
import io.vipops.spec.TrackedInterface;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VrrpYamlTest {
  private static final VrrpFile FILE =
      new VrrpFile("web", "lb01", false, true, List.of(instance("10.0.0.")), List.of(check()));

  @Test
  void readsBackWhatItWrote() {
    VrrpYaml.Reading reading = VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(FILE));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.file()).isEqualTo(FILE);
  }

  @Test
  void readsBackAddressesOfVersionSix() {
    VrrpFile file =
        new VrrpFile("web", "lb01", true, false, List.of(instance("fe80::")), List.of(check()));

    VrrpYaml.Reading reading = VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(file));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.file()).isEqualTo(file);
  }

  @Test
  void readsBackNamesThatLookLikeSomethingElse() {
    for (String name : List.of("no", "null", "0123", "1e3", "a: b", "#x", "ü\"\\\n\u0007", "-")) {
      VrrpFile file = new VrrpFile(name, name, false, false, List.of(), List.of());

      assertThat(VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(file)).file())
          .as(name)
          .isEqualTo(file);
    }
  }

  @Test
  void readsBackNodeWithoutInstances() {
    VrrpFile file = new VrrpFile("web", "lb03", true, false, List.of(), List.of());

    assertThat(VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(file)).file()).isEqualTo(file);
  }

  @ParameterizedTest
  @CsvSource({
    "listeners: true, listenerz: true, unknown-key",
    "virtual_router_id: 51, virtual_router_id: 256, out-of-range",
    "priority: 100, priority: 0, out-of-range",
    "version: 2, version: 4, out-of-range",
    "address: 10.0.0.51, address: example.com, bad-value",
    "interface: eth0, interfaze: eth0, unknown-key",
    "advert_interval: 1s, advert_interval: soon, bad-duration",
    "10.0.0.50/24, 10.0.0.50/33, bad-value",
    "check: nginx, check: apache, bad-value",
    "repeat: 3, repeat: 0, out-of-range",
    "min_ttl: 254, min_ttl: 256, out-of-range",
    "min_ttl: 254, max_ttl: 254, unknown-key",
    "peers: .10.0.0.52], peers: [lb02], bad-value",
    "peers: .10.0.0.52], peers: [224.0.0.18], bad-value",
    "peers: .10.0.0.52], peers: [\"fe80::52\"], bad-value",
    "peers: .10.0.0.52], peerz: [10.0.0.52], missing-key",
    "scope: link, scope: site, bad-value",
    "10.0.0.70/32, 10.0.0.70/33, bad-value",
    "checksum: message, checksum: none, bad-value",
    "/usr/bin/on vip, on-vip, bad-value",
    "backup, init, bad-value",
    "timeout: 7s, timeout: 7, bad-duration",
    "ping: 10.0.0.1, ping: gateway, bad-value",
    "/run/out of service, run/out, bad-value",
    "present: false, presence: false, unknown-key",
    "weight: -10, weight: -254, out-of-range",
    "refresh: 1m, refesh: 1m, unknown-key",
    "password: secret, password: secretsecret, bad-value",
    "process: nginx, pr0cess: nginx, unknown-key",
    "10.0.2.11:5432, db:5432, bad-value",
    "version: 1, version: 2, vrrp-version",
  })
  void refusesWhatItDidNotWrite(String written, String found, String rule) {
    String text = new String(VrrpYaml.encode(FILE), UTF_8);
    assertThat(text).containsPattern(written);

    VrrpYaml.Reading reading =
        VrrpYaml.decode("vrrp.yaml", text.replaceFirst(written, found).getBytes(UTF_8));

    assertThat(reading.file()).isNull();
    assertThat(reading.problems()).extracting(Problem::rule).contains(rule);
  }

  @Test
  void answersHalfAFileWithAProblemOrARecordNeverAnException() {
    byte[] whole = VrrpYaml.encode(FILE);
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      VrrpYaml.Reading reading = VrrpYaml.decode("vrrp.yaml", part);
      assertThat(reading.file() == null).isEqualTo(!reading.problems().isEmpty());
    }
  }

  @Test
  void readsBackAPingOfVersionSix() {
    Duration second = Duration.ofSeconds(1);
    Check check =
        new Check(
            "gateway", List.of(new Probe.Ping(address("2001:db8::1"))), second, second, 1, 1, 0);
    VrrpFile file = new VrrpFile("web", "lb01", false, false, List.of(), List.of(check));

    assertThat(VrrpYaml.decode("vrrp.yaml", VrrpYaml.encode(file)).file()).isEqualTo(file);
  }

  private static Instance instance(String network) {
    return new Instance(
        "web",
        51,
        2,
        "eth0",
        address(network + "51"),
        100,
        "secret",
        null,
        List.of(new Instance.Peer("lb02", address(network + "52"), 90)),
        List.of(
            new VirtualAddress(new Prefix(address(network + "50"), 24), null),
            new VirtualAddress(new Prefix(address(network + "60"), 32), "eth0:1"),
            new VirtualAddress(
                new Prefix(address(network + "61"), 24), null, "eth1", VirtualAddress.Scope.LINK)),
        Duration.ofSeconds(1),
        true,
        Duration.ofMillis(10500),
        Duration.ofSeconds(3),
        List.of(new Track("nginx", -30)),
        new VrrpOptions(
            new Garp(3, Duration.ZERO, Duration.ofSeconds(60)),
            List.of(new TrackedInterface("eth1", 0), new TrackedInterface("eth2.5", -10)),
            List.of(
                new Notify(
                    new TreeSet<>(List.of(Notify.State.ACTIVE, Notify.State.FAULT)),
                    List.of("/usr/bin/on vip", "$x"),
                    "nobody",
                    Duration.ofSeconds(7)),
                new Notify(
                    new TreeSet<>(List.of(Notify.State.BACKUP)),
                    List.of("/bin/true"),
                    null,
                    Duration.ofSeconds(10))),
            ChecksumForm.MESSAGE,
            List.of(new VirtualAddress(new Prefix(address(network + "70"), 32), null)),
            new Unicast(List.of(address(network + "52")), 254),
            false,
            true,
            "edge"));
  }

  private static Check check() {
    return new Check(
        "nginx",
        List.of(
            new Probe.Process("nginx"),
            new Probe.Http(
                URI.create("http://127.0.0.1/"),
                "shop.example.com",
                new TreeSet<>(List.of(200, 301)),
                "it's \"ok\""),
            new Probe.Tcp(address("10.0.2.11"), 5432),
            new Probe.Script(List.of("/usr/bin/check lb", "-x", "$y: {z}"), "nobody"),
            new Probe.Ping(address("10.0.0.1")),
            new Probe.File("/run/out of service", false),
            new Probe.Nginx()),
        Duration.ofMillis(1500),
        Duration.ofSeconds(2),
        1,
        2,
        -30);
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
