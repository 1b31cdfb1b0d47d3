package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.render.VrrpYaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema of vrrp.yaml says what is written, and what its reader takes. */
class VrrpSchemaTest {
  private static final String FILE =
      """
      version: 1
      cluster: web
      node: lb01
      maintenance: false
      listeners: true
      vrrp:
        web:
          virtual_router_id: 51
          version: 2
          interface: eth0
          address: 10.0.0.51
          priority: 100
          authentication: {type: pass, password: secret}
          peers: [{node: lb02, address: 10.0.0.52, priority: 90}]
          virtual_addresses: [10.0.0.50/24, {address: 10.0.0.60/24, label: "eth0:1", interface: eth9, scope: link}]
          excluded_addresses: [10.0.1.50/24]
          advert_interval: 1s
          preempt: true
          preempt_delay: 10s
          vip_lease: 3s
          track: [{check: nginx, weight: -30}]
          checksum: message
          unicast: {peers: [10.0.0.52], min_ttl: 254}
          accept: false
          virtual_mac: true
          notify: [{on: [active], command: [/bin/on-vip], user: nobody, timeout: 3s}]
          track_interfaces: [{interface: eth1, weight: -10}]
          garp: {repeat: 3, delay: 1s, refresh: 60s}
      checks:
        nginx:
          nginx: true
          process: nginx
          http: {url: "http://127.0.0.1/", host: a.example, status: [200], body: ok}
          tcp: 127.0.0.1:80
          script: {command: [/bin/true], user: nobody}
          ping: 10.0.0.1
          file: {path: /run/drain, present: false}
          interval: 1s
          timeout: 1s
          rise: 1
          fall: 2
          weight: -30
      """;

  static List<Path> rendered() throws IOException {
    try (Stream<Path> paths = Files.walk(Path.of("src/test/resources/golden"))) {
      return paths.filter(it -> it.endsWith("vrrp.yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rendered")
  void whatIsRenderedIsValid(Path file) throws Exception {
    String text = Files.readString(file);
    assertThat(ofSchema(text)).isEmpty();
    assertThat(ofStandard(text)).isTrue();
    assertThat(ofReader(text)).isEmpty();
  }

  @Test
  void theCasesHaveEveryProbeAndKey() throws Exception {
    assertThat(rendered()).hasSizeGreaterThan(20);
    assertThat(ofSchema(FILE)).isEmpty();
    assertThat(ofStandard(FILE)).isTrue();
    assertThat(ofReader(FILE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version: 1|version: 2",
        "cluster: web|cluster: [web]",
        "node: lb01|nodes: lb01",
        "listeners: true|listeners: 1",
        "virtual_router_id: 51|virtual_router_id: 256",
        "version: 2|version: 4",
        "address: 10.0.0.51|address: lb01",
        "interface: eth0|mtu: 1500",
        "priority: 100|priority: 0",
        "type: pass|type: ah",
        "password: secret|password: ninechars",
        "node: lb02|name: lb02",
        "priority: 90|priority: high",
        "10.0.0.50/24|10.0.0.50/33",
        "advert_interval: 1s|advert_interval: 1",
        "advert_interval: 1s|advert_interval: 2d",
        "vip_lease: 3s|vip_lease: auto",
        "weight: -30}|weight: -254}",
        "check: nginx, |''",
        "repeat: 3|repeat: 0",
        "scope: link|scope: site",
        "[10.0.1.50/24]|[10.0.1.50/33]",
        "interface: eth9|interfaze: eth9",
        "checksum: message|checksum: md5",
        "on: [active]|on: [init]",
        "on: [active]|on: []",
        "command: [/bin/on-vip]|command: [on-vip]",
        "timeout: 3s|timeout: 3",
        "weight: -10}|weight: 254}",
        "{interface: eth1, |{",
        "delay: 1s|delay: 1",
        "refresh: 60s|refesh: 60s",
        "ping: 10.0.0.1|ping: gateway",
        "path: /run/drain|path: run/drain",
        "present: false|present: 0",
        "status: [200]|status: [999]",
        "tcp: 127.0.0.1:80|tcp: localhost:80",
        "command: [/bin/true]|command: []",
        "fall: 2|fall: 0",
        "rise: 1|raise: 1",
        "timeout: 1s|''"
      })
  void schemaAndReaderRefuseTheSame(String part, String change) {
    assertThat(FILE).contains(part);
    String text = FILE.replaceFirst(Pattern.quote(part), change == null ? "" : change);
    assertThat(ofSchema(text)).isNotEmpty();
    assertThat(ofReader(text)).isNotEmpty();
  }

  private static List<Problem> ofReader(String text) {
    return VrrpYaml.decode("vrrp.yaml", text.getBytes(StandardCharsets.UTF_8)).problems();
  }

  private static List<Problem> ofSchema(String text) {
    List<Problem> problems = new ArrayList<>();
    YamlNode node = Yaml.read("vrrp.yaml", text.getBytes(StandardCharsets.UTF_8)).node();
    new SchemaCheck(Schemas.read("vrrp"), problems).check(node);
    return problems;
  }

  private static boolean ofStandard(String text) throws Exception {
    return SchemaTest.isValid("vrrp", text);
  }
}
