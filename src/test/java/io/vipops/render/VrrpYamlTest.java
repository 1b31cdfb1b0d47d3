package io.vipops.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.Check;
import io.vipops.spec.Prefix;
import io.vipops.spec.Probe;
import io.vipops.spec.Problem;
import io.vipops.spec.Track;
import io.vipops.spec.VirtualAddress;
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
    "password: secret, password: secretsecret, bad-value",
    "process: nginx, pr0cess: nginx, unknown-key",
    "10.0.2.11:5432, db:5432, bad-value",
    "version: 1, version: 2, vrrp-version",
  })
  void refusesWhatItDidNotWrite(String written, String found, String rule) {
    String text = new String(VrrpYaml.encode(FILE), UTF_8);
    assertThat(text).contains(written);

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
            new VirtualAddress(new Prefix(address(network + "60"), 32), "eth0:1")),
        Duration.ofSeconds(1),
        true,
        Duration.ofMillis(10500),
        Duration.ofSeconds(3),
        List.of(new Track("nginx", -30)));
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
