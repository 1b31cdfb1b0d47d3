package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpecReaderTest {
  /** {@code change} may hold ^ where the problem is expected. */
  record Edit(String rule, String part, String change, String also, String alsoChange) {
    /** The same with a second change. */
    Edit with(String part, String change) {
      return new Edit(rule, this.part, this.change, part, change);
    }

    @Override
    public String toString() {
      return rule + ": " + part + " -> " + change;
    }

    String marked() {
      assertThat(BASE).contains(part);
      assertThat(BASE).contains(also);
      return BASE.replace(part, change).replace(also, alsoChange);
    }

    String text() {
      return marked().replace("^", "");
    }

    String place() {
      String before = marked().substring(0, marked().indexOf('^'));
      int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
      return line + ":" + (before.length() - before.lastIndexOf('\n'));
    }
  }

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
  private static final String PRIORITIES = "{lb01: 100, lb02: 90}";
  private static final String SERVERS = "[10.0.0.101:80, 10.0.0.102:80]";
  private static final String ROUTE = "{listeners: [http], upstream: backend}";
  private static final String LISTENER = "http: {port: 80}";
  private static final String CHECK = "{process: nginx, weight: -30}";
  private static final String VIPS = "virtual_addresses: [10.0.0.50/24]";
  private static final String FROM_TRACK = "[nginx]\nchecks:\n  nginx: " + CHECK;
  private static final String TRACK = "    track: [nginx]";
  private static final String SECOND =
      "\n  two: {virtual_router_id: 52, priorities: {lb01: 1, lb02: 2}, virtual_addresses: [10.0.0.60]}";
  private static final String OWNER = PRIORITIES + "\n    " + VIPS + "\n" + TRACK;
  private static final String OWNED =
      "{lb01: 255, lb02: 90}\n    virtual_addresses: [10.0.0.51/24]";

  private static Edit edit(String rule, String part, String change) {
    return new Edit(rule, part, change, "version: 1", "version: 1");
  }

  static Stream<Edit> errors() {
    return Stream.of(
        edit("missing-key", "version: 1\n", "^"),
        edit("missing-key", "version: 1", "^version:"),
        edit("bad-value", "version: 1", "version: ^2"),
        edit("wrong-type", "version: 1", "version: ^one"),
        edit("missing-key", "version: 1\ncluster: web", "^version: 1"),
        edit("bad-name", "cluster: web", "cluster: ^my web"),
        edit("bad-name", "cluster: web", "cluster: ^''"),
        edit("wrong-type", "cluster: web", "cluster: ^[web]"),
        edit("wrong-type", "cluster: web", "cluster: ^true"),
        edit("unknown-key", "cluster: web", "cluster: web\n^upstrems: {}"),
        edit("unknown-key", VRID, VRID + "\n    ^virtual_adresses: []"),
        edit("unknown-key", "interface: eth0}\nvrrp", "^iface: eth0, interface: eth0}\nvrrp"),
        edit(
            "missing-key",
            "lb02: {address: 10.0.0.52, interface: eth0}",
            "^lb02: {address: 10.0.0.52}"),
        edit("bad-address", "10.0.0.51", "^10.0.0.300"),
        edit("bad-address", "10.0.0.51", "^10.0.0.51/24"),
        edit("bad-address", "10.0.0.51", "^lb01.example.com"),
        edit("not-supported", "10.0.0.51", "^'2001:db8::51'"),
        edit("bad-name", "10.0.0.51, interface: eth0", "10.0.0.51, interface: ^a-very-long-name0"),
        edit("bad-name", LISTENER, LISTENER + "\n  ^a/b: {port: 81}"),
        edit("node-address-twice", "10.0.0.52", "^10.0.0.51"),
        edit("wrong-type", "lb01: {address: 10.0.0.51, interface: eth0}", "lb01: ^10.0.0.51"),
        edit("wrong-type", "interface: eth0}\nvrrp", "interface: eth0, hold: ^yes}\nvrrp"),
        edit(
            "not-supported",
            "interface: eth0}\nvrrp",
            "interface: eth0, ^nginx_version: 1.22.1}\nvrrp"),
        edit("out-of-range", VRID, "virtual_router_id: ^256"),
        edit("out-of-range", VRID, "virtual_router_id: ^0"),
        edit("wrong-type", VRID, "virtual_router_id: ^51.5"),
        edit("wrong-type", VRID, "virtual_router_id: ^'51'"),
        edit("missing-key", "  web:\n    " + VRID, "  ^web:"),
        edit("bad-value", VRID, VRID + "\n    version: ^4"),
        edit("vrid-twice", TRACK, TRACK + SECOND.replace("52", "^51")),
        edit("vip-twice", TRACK, TRACK + SECOND.replace("10.0.0.60", "^10.0.0.50")),
        edit("priority-missing", "priorities: " + PRIORITIES, "^priorities: {lb01: 100}"),
        edit("priority-twice", PRIORITIES, "{lb01: 100, lb02: ^100}"),
        edit("undefined-reference", PRIORITIES, "{lb01: 100, lb02: 90, ^lb03: 80}"),
        edit("owner-address", OWNER, "{lb01: ^255, lb02: 90}\n    " + VIPS),
        edit("owner-weight", OWNER, OWNED + "\n    track: [^nginx]"),
        edit("out-of-range", PRIORITIES, "{lb01: ^256, lb02: 90}"),
        edit("out-of-range", PRIORITIES, "{lb01: ^0, lb02: 90}"),
        edit("bad-address", VIPS, "virtual_addresses: [^10.0.0.50/33]"),
        edit("bad-address", VIPS, "virtual_addresses: [^10.0.0]"),
        edit("bad-address", VIPS, "virtual_addresses: [^10.0.0.50/0]"),
        edit("bad-value", VIPS, "virtual_addresses: ^[]"),
        edit("wrong-type", VIPS, "virtual_addresses: ^10.0.0.50/24"),
        edit("not-supported", VIPS, "virtual_addresses: [^'2001:db8::50/64']"),
        edit(
            "bad-name",
            VIPS,
            "virtual_addresses: [{address: 10.0.0.50/24, label: ^'eth0:123456789012'}]"),
        edit("missing-key", VIPS, "virtual_addresses: [^{label: 'eth0:1'}]"),
        edit("vip-twice", VIPS, "virtual_addresses: [10.0.0.50/24, ^10.0.0.50/32]"),
        edit("vip-is-node", VIPS, "virtual_addresses: [^10.0.0.51/24]"),
        edit("vip-is-server", SERVERS, "[10.0.0.101:80, ^10.0.0.50:80]"),
        edit("vip-prefix", VIPS, "virtual_addresses: [^10.0.1.50/24]"),
        edit("bad-duration", VRID, VRID + "\n    advert_interval: ^1"),
        edit("bad-duration", VRID, VRID + "\n    advert_interval: ^1sec"),
        edit("out-of-range", VRID, VRID + "\n    advert_interval: ^41s"),
        edit("out-of-range", VRID, VRID + "\n    advert_interval: ^15ms"),
        edit("v2-interval", VRID, VRID + "\n    version: 2\n    advert_interval: ^500ms"),
        edit("out-of-range", VRID, VRID + "\n    vip_lease: ^1s"),
        edit("out-of-range", VRID, VRID + "\n    vip_lease: ^2500ms"),
        edit("bad-duration", VRID, VRID + "\n    vip_lease: ^never"),
        edit("preempt-delay", VRID, VRID + "\n    preempt: false\n    ^preempt_delay: 5s"),
        edit(
            "auth-version",
            VRID,
            VRID + "\n    version: 3\n    ^authentication: {type: pass, password: x}"),
        edit(
            "auth-password",
            VRID,
            VRID + "\n    authentication: {type: pass, password: ^ninechars}"),
        edit("auth-password", VRID, VRID + "\n    ^authentication: {type: pass}"),
        edit("bad-value", VRID, VRID + "\n    authentication: {type: ^ah, password: x}"),
        edit("not-supported", VRID, VRID + "\n    ^unicast: true"),
        edit("not-supported", VRID, VRID + "\n    ^garp: {repeat: 5}"),
        edit("undefined-reference", "track: [nginx]", "track: [nginx, ^ngnix]"),
        edit("track-twice", "track: [nginx]", "track: [nginx, ^nginx]"),
        edit("out-of-range", "track: [nginx]", "track: [{check: nginx, weight: ^254}]"),
        edit("check-empty", CHECK, "^{weight: -30}"),
        edit("not-supported", CHECK, "{process: nginx, ^reverse: true}"),
        edit("not-supported", CHECK, "{^ping: 10.0.0.1}"),
        edit("bad-value", CHECK, "{nginx: ^false}"),
        edit("bad-value", CHECK, "{process: ^/usr/sbin/nginx}"),
        edit("bad-url", CHECK, "{http: {url: ^'https://127.0.0.1/'}}"),
        edit("bad-url", CHECK, "{http: {url: ^'http://shop.example.com/'}}"),
        edit("out-of-range", CHECK, "{http: {url: 'http://127.0.0.1/', status: [^99]}}"),
        edit("bad-address", CHECK, "{tcp: ^database:5432}"),
        edit("bad-value", CHECK, "{script: {command: ^[check-lb]}}"),
        edit("wrong-type", CHECK, "{script: {command: ^/usr/local/bin/check}}"),
        edit("bad-duration", CHECK, "{process: nginx, interval: ^2}"),
        edit("out-of-range", CHECK, "{process: nginx, fall: ^0}"),
        edit("upstream-empty", SERVERS, "^[]"),
        edit("upstream-only-backups", SERVERS, "^[{address: '10.0.0.101:80', backup: true}]"),
        edit(
            "upstream-backup",
            "{servers: " + SERVERS,
            "{balance: ip_hash, servers: [10.0.0.1:80, ^{address: '10.0.0.2:80', backup: true}]"),
        edit("bad-value", "{servers", "{balance: ^least_con, servers"),
        edit("missing-key", "{servers", "{^balance: {consistent: true}, servers"),
        edit("bad-text", "{servers", "{balance: {hash: ^'$uri; }'}, servers"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, ^10.0.0.102]"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, ^b2.example.com:80]"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, ^10.0.0.102:65536]"),
        edit("bad-value", SERVERS, "[10.0.0.101:80, {address: '10.0.0.2:80', state: ^down}]"),
        edit("out-of-range", SERVERS, "[10.0.0.101:80, {address: '10.0.0.2:80', weight: ^0}]"),
        edit(
            "out-of-range",
            SERVERS,
            "[10.0.0.101:80, {address: '10.0.0.2:80', fail_timeout: ^500ms}]"),
        edit("not-supported", "{servers", "{^health_check: {tcp: true}, servers"),
        edit("out-of-range", LISTENER, "http: {port: ^65536}"),
        edit("missing-key", LISTENER, "^http: {}"),
        edit("not-supported", LISTENER, "http: {port: 80, protocol: ^https}"),
        edit("bad-value", LISTENER, "http: {port: 80, protocol: ^quic}"),
        edit(
            "listener-twice",
            LISTENER,
            LISTENER + "\n  a: {port: ^80, addresses: [10.0.0.50], redirect_to: http}"),
        edit("listener-loop", LISTENER, LISTENER + "\n  b: {port: 81, redirect_to: ^b}"),
        edit("undefined-reference", LISTENER, LISTENER + "\n  b: {port: 81, redirect_to: ^c}"),
        edit("undefined-reference", ROUTE, "{listeners: [^htp], upstream: backend}"),
        edit("undefined-reference", ROUTE, "{listeners: [http], upstream: ^backnd}"),
        edit("undefined-reference", ROUTE, "{listeners: [http], rules: [{upstream: ^backnd}]}"),
        edit("missing-key", ROUTE, "^{upstream: backend}"),
        edit("bad-value", ROUTE, "{listeners: ^[], upstream: backend}"),
        edit(
            "host-twice",
            ROUTE,
            ROUTE + "\n  - ^{listeners: [http], redirect: {to: 'http://a.example/'}}"),
        edit(
            "host-twice",
            ROUTE,
            "{listeners: [http], hosts: [a.example, ^A.example], upstream: backend}"),
        edit("bad-name", ROUTE, "{listeners: [http], hosts: [^'a b'], upstream: backend}"),
        edit("bad-name", ROUTE, "{listeners: [http], hosts: [^-a.example], upstream: backend}"),
        edit(
            "path-twice",
            ROUTE,
            "{listeners: [http], rules: [{path: {prefix: /a}, upstream: backend}, ^{path: {prefix: /a/}, redirect: {to: /}}]}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {prefix: ^api}, upstream: backend}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {prefix: ^'/a b'}, upstream: backend}"),
        edit(
            "bad-path",
            ROUTE,
            "{listeners: [http], ^path: {exact: /a, prefix: /a}, upstream: backend}"),
        edit("not-supported", ROUTE, "{listeners: [http], path: {^regex: a}, upstream: backend}"),
        edit("rule-action", ROUTE, "^{listeners: [http]}"),
        edit("rule-action", ROUTE, "^{listeners: [http], upstream: backend, redirect: {to: /}}"),
        edit(
            "rule-action",
            ROUTE,
            "{listeners: [http], rules: [{upstream: backend}], ^upstream: backend}"),
        edit("bad-value", ROUTE, "{listeners: [http], redirect: {to: /, status: ^200}}"),
        edit("bad-url", ROUTE, "{listeners: [http], redirect: {to: ^new}}"),
        edit("bad-text", ROUTE, "{listeners: [http], redirect: {to: ^'https://$host/'}}"),
        edit("not-supported", ROUTE, "{listeners: [http], ^websocket: true, upstream: backend}"),
        edit("bad-address", "10.0.0.51", "^0.0.0.0"),
        edit("bad-address", "10.0.0.51", "^127.0.0.1"),
        edit("bad-address", "10.0.0.51", "^224.0.0.18"),
        edit("bad-address", "10.0.0.51", "^240.0.0.1"),
        edit("bad-address", "10.0.0.51", "^255.255.255.255"),
        edit("bad-address", VIPS, "virtual_addresses: [^127.0.0.1/32]"),
        edit("bad-address", VIPS, "virtual_addresses: [^10.0.0.0/24]"),
        edit("bad-address", VIPS, "virtual_addresses: [^10.0.0.255/24]"),
        edit("bad-address", VIPS, "virtual_addresses: [{address: ^224.0.0.50/32}]"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, ^'0.0.0.0:80']"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, ^'[ff02::1]:80']"),
        edit("bad-address", SERVERS, "[10.0.0.101:80, {address: ^'255.255.255.255:80'}]"),
        edit("bad-address", LISTENER, "http: {port: 80, addresses: [^0.0.0.0]}"),
        edit("server-loop", SERVERS, "[10.0.0.101:80, ^10.0.0.51:80]"),
        edit("server-loop", SERVERS, "[10.0.0.101:80, ^{address: '127.0.0.1:80', backup: true}]"),
        edit(
            "out-of-range",
            VIPS,
            "virtual_addresses: ^["
                + IntStream.rangeClosed(0, 255)
                    .mapToObj(i -> "10.7.0." + i)
                    .collect(Collectors.joining(", "))
                + "]"),
        edit(
            "bad-value",
            VRID,
            VRID + "\n    authentication: {type: pass, password_file: ^\"/x\\0y\"}"),
        edit(
            "bad-value",
            VRID,
            VRID + "\n    authentication: {type: pass, password_file: ^etc/secret}"),
        edit(
            "out-of-range",
            "{servers: " + SERVERS,
            "{balance: {hash: $uri, consistent: ^true}, servers: [10.0.0.1:80, {address: '10.0.0.2:80', weight: 10000}]"),
        edit("listener-reserved", LISTENER, LISTENER + "\n  b: {port: ^9182, redirect_to: http}"),
        edit(
            "redirect-and-route",
            LISTENER + "\nroutes:\n  - {listeners: [http]",
            "http: {port: 80, redirect_to: b}\n  b: {port: 81}\nroutes:\n  - {listeners: [b, ^http]"),
        edit("host-twice", ROUTE, "{listeners: [http, ^http], upstream: backend}"),
        edit(
            "host-twice",
            ROUTE,
            "{listeners: [http, ^http], hosts: [a.example], upstream: backend}"),
        edit("bad-name", ROUTE, "{listeners: [http], hosts: [^_], upstream: backend}"),
        edit("out-of-range", "{servers", "{balance: {hash: ^$" + "a".repeat(1000) + "}, servers"),
        edit(
            "out-of-range",
            ROUTE,
            "{listeners: [http], path: {exact: ^/" + "a".repeat(1000) + "}, upstream: backend}"),
        edit(
            "out-of-range",
            ROUTE,
            "{listeners: [http], redirect: {to: ^/" + "a".repeat(1000) + "}}"),
        edit("bad-url", ROUTE, "{listeners: [http], redirect: {to: ^'https://'}}"),
        edit("bad-url", ROUTE, "{listeners: [http], redirect: {to: ^'https:///a'}}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {prefix: ^/api//}, upstream: backend}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {prefix: ^/a/../b}, upstream: backend}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {exact: ^/a/.}, upstream: backend}"),
        edit("bad-path", ROUTE, "{listeners: [http], path: {exact: ^/a%2Fb}, upstream: backend}"),
        edit("redirect-loop", ROUTE, "{listeners: [http], redirect: {to: ^/a}}"),
        edit(
            "redirect-loop",
            ROUTE,
            "{listeners: [http], rules: [{upstream: backend}, {path: {prefix: /a}, redirect: {to: ^'/a/b?c'}}]}"),
        edit("not-supported", "listeners:\n", "^streams: []\nlisteners:\n"),
        edit("bad-duration", "cluster: web", "cluster: web\nrollout: {settle: ^3}"),
        edit("out-of-range", "cluster: web", "cluster: web\nrollout: {settle: ^11m}"),
        edit("yaml-duplicate-key", "cluster: web", "cluster: web\n^cluster: web"),
        edit("yaml-syntax", "cluster: web", "cluster: web^: x"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void eachFaultIsOneErrorAtItsPlace(Edit edit) {
    assertThat(faults(edit.text())).containsExactly("error " + edit.rule() + " " + edit.place());
  }

  static Stream<Edit> warnings() {
    return Stream.of(
        edit("weight-no-effect", "track: [nginx]", "track: [^{check: nginx, weight: -10}]"),
        edit("shared-fault", FROM_TRACK, "[^nginx]\nchecks:\n  nginx: {tcp: '10.0.2.11:5432'}"),
        edit(
            "slow-check",
            FROM_TRACK,
            "[^nginx]\nchecks:\n  nginx: {nginx: true, interval: 3s, fall: 3}"),
        edit("inline-secret", VRID, VRID + "\n    authentication: {type: pass, ^password: secret}"),
        edit("unused-definition", CHECK, CHECK + "\n  ^other: {nginx: true}"),
        edit(
            "unused-definition",
            "upstreams:",
            "upstreams:\n  ^b: {servers: [10.0.0.1:80, 10.0.0.2:80]}"),
        edit("unused-definition", LISTENER, LISTENER + "\n  ^other: {port: 81}"),
        edit("one-server", SERVERS, "[^10.0.0.101:80]"),
        edit("short-lease", VRID, VRID + "\n    advert_interval: 3s\n    vip_lease: ^5s"),
        edit(
            "upstream-all-down",
            SERVERS,
            "^[{address: '10.0.0.1:80', state: drain}, {address: '10.0.0.2:80', state: maint}]"),
        edit("server-twice", SERVERS, "[10.0.0.101:80, ^10.0.0.101:80]"));
  }

  @ParameterizedTest
  @MethodSource("warnings")
  void whatProbablyIsNotMeantIsOneWarning(Edit edit) {
    assertThat(faults(edit.text())).containsExactly("warning " + edit.rule() + " " + edit.place());
    assertThat(read(edit.text()).spec()).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("warnings")
  void aWarningIsAcceptedOnItsLineWithAReason(Edit edit) {
    int line = read(edit.text()).problems().get(0).position().line();
    List<String> lines = edit.text().lines().collect(Collectors.toList());
    String before = lines.get(line - 1);
    lines.set(line - 1, before + " # vipops:allow " + edit.rule() + " as agreed");
    assertThat(faults(String.join("\n", lines))).isEmpty();
    lines.set(line - 1, before + " # vipops:allow " + edit.rule());
    assertThat(faults(String.join("\n", lines))).hasSize(1);
    lines.set(line - 1, before + " # vipops:allow other-rule as agreed");
    assertThat(faults(String.join("\n", lines))).hasSize(1);
  }

  static Stream<Edit> nearMisses() {
    return Stream.of(
        edit("", "cluster: web", "cluster: no"),
        edit("", "cluster: web", "cluster: 0123"),
        edit("", "cluster: web", "cluster: 12"),
        edit("", "interface: eth0}\nvrrp", "interface: eth0, maintenance: true, hold: true}\nvrrp"),
        edit("", VRID, "virtual_router_id: 255"),
        edit("", VRID, VRID + "\n    advert_interval: 130ms\n    vip_lease: 0s"),
        edit("", VRID, VRID + "\n    advert_interval: 40.95s"),
        edit("", VRID, VRID + "\n    version: 2\n    advert_interval: 2s"),
        edit("", VRID, VRID + "\n    preempt: false\n    preempt_delay: 0s"),
        edit("", VRID, VRID + "\n    preempt_delay: 1000s"),
        edit("", VRID, VRID + "\n    authentication: {type: pass, password_file: /etc/x}"),
        edit("", VRID, VRID + "\n    vip_lease: 2s"),
        edit("", VRID, VRID + "\n    vip_lease: auto"),
        edit("", TRACK, TRACK + SECOND),
        edit("", TRACK, TRACK + SECOND.replace("52,", "51, interface: eth1,")),
        edit("", OWNER, OWNED + "\n    track: [{check: nginx, weight: 0}]"),
        edit("", PRIORITIES, "{lb01: 254, lb02: 230}"),
        edit("", VIPS, "virtual_addresses: [10.0.1.50/32]"),
        edit("", VIPS, "virtual_addresses: [10.0.1.50]"),
        edit("", VIPS, "virtual_addresses: [{address: 10.0.0.50/24, label: 'eth0:1'}]"),
        edit("", "track: [nginx]", "track: [{check: nginx, weight: -20}]"),
        edit("", CHECK, "{nginx: true, weight: 253}"),
        edit("", CHECK, "{tcp: '127.0.0.1:80', weight: 0}"),
        edit("", CHECK, "{http: {url: 'http://localhost:8080/x', body: ok}, weight: 0}"),
        edit("", CHECK, "{http: {url: 'http://[::1]/', status: [200, 204]}, weight: 0}"),
        edit("", CHECK, "{script: {command: [/bin/true], user: nobody}, interval: 1s, fall: 2}"),
        edit("", SERVERS, "['[2001:db8::1]:80', 10.0.0.1:80]"),
        edit("", SERVERS, "[10.0.0.1:80, 10.0.0.1:81]"),
        edit("", SERVERS, "[10.0.0.1:80, {address: '10.0.0.2:80', backup: true, max_conns: 0}]"),
        edit("", "{servers", "{balance: {hash: $request_uri, consistent: true}, servers"),
        edit("", "{servers", "{balance: random, keepalive: 32, timeouts: {read: 1h}, servers"),
        edit("", LISTENER, LISTENER + "\n  b: {port: 81, redirect_to: http}"),
        edit(
            "",
            LISTENER,
            "http: {port: 80, addresses: [10.0.0.50]}\n  b: {port: 80, addresses: [10.0.0.51], redirect_to: http}"),
        edit(
            "",
            ROUTE,
            ROUTE
                + "\n  - {listeners: [http], hosts: [a.example, '*.a.example'], upstream: backend}"),
        edit(
            "",
            ROUTE,
            "{listeners: [http], rules: [{path: {prefix: /a}, upstream: backend}, {path: {exact: /a}, redirect: {to: 'https://a.example/', status: 308}}]}"),
        edit("", VIPS, "virtual_addresses: [10.0.1.0/32, 10.0.1.255/32, 10.0.0.254/24]"),
        edit(
            "",
            VIPS,
            "virtual_addresses: ["
                + IntStream.rangeClosed(1, 255)
                    .mapToObj(i -> "10.7.0." + i)
                    .collect(Collectors.joining(", "))
                + "]"),
        edit("", SERVERS, "[10.0.0.101:80, 10.0.0.51:81, 127.0.0.1:8080]"),
        edit("", SERVERS, "[10.0.0.1:80, {address: '10.0.0.2:80', state: drain}]"),
        edit(
            "",
            "{servers: " + SERVERS,
            "{balance: {hash: $uri, consistent: true}, servers: [10.0.0.1:80, {address: '10.0.0.2:80', weight: 9999}]"),
        edit(
            "",
            "{servers: " + SERVERS,
            "{balance: {hash: $uri}, servers: [10.0.0.1:80, {address: '10.0.0.2:80', weight: 10000}]"),
        edit("", LISTENER, LISTENER + "\n  b: {port: 9183, redirect_to: http}"),
        edit(
                "",
                ROUTE,
                "{listeners: [http], upstream: backend}\n  - {listeners: [b], hosts: [a.example], upstream: backend}\nrollout: {settle: 3s}")
            .with(LISTENER, LISTENER + "\n  b: {port: 81, redirect_to: http}"),
        edit("", OWNER, OWNED + "\n    vip_lease: 3s\n    track: [{check: nginx, weight: 0}]"),
        edit("", VRID, VRID + "\n    advert_interval: 3s\n    vip_lease: 6s"),
        edit("", ROUTE, "{listeners: [http], hosts: [_a.example], upstream: backend}"),
        edit("", ROUTE, "{listeners: [http], redirect: {to: 'https://a.example'}}")
            .with("upstreams:\n  backend: {servers: " + SERVERS + "}\n", ""),
        edit(
            "",
            ROUTE,
            "{listeners: [http], path: {exact: '/" + "a".repeat(999) + "'}, upstream: backend}"),
        edit("", ROUTE, "{listeners: [http], path: {prefix: /a/..b/.c/d.}, upstream: backend}"),
        edit(
            "",
            ROUTE,
            "{listeners: [http], rules: [{upstream: backend}, {path: {prefix: /a}, redirect: {to: /ab}}, {path: {prefix: /b}, redirect: {to: /b/c/d}}, {path: {prefix: /b/c}, upstream: backend}]}"),
        edit("", "cluster: web", "cluster: web\nrollout: {settle: 0s}"),
        edit("", "checks:", "# a comment\nchecks:"));
  }

  @ParameterizedTest
  @MethodSource("nearMisses")
  void whatIsAlmostWrongIsClean(Edit edit) {
    assertThat(faults(edit.text())).isEmpty();
  }

  @Test
  void everyRuleHasACase() {
    Set<String> seen = new TreeSet<>(Set.of("given-twice", "too-many"));
    Stream.concat(errors(), warnings()).forEach(edit -> seen.add(edit.rule()));
    for (RuleId rule : RuleId.values()) {
      if (!rule.id.startsWith("yaml-")) {
        assertThat(seen).contains(rule.id);
      }
      assertThat(RuleId.of(rule.id)).isEqualTo(rule);
      assertThat(rule.explanation).endsWith(".");
    }
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
