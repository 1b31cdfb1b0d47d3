package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.0.0.50",
        "255.255.255.255",
        "::",
        "::1",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "fe80::",
        "1::8",
        "2001:DB8::a",
        "::ffff:0:10.0.0.1",
        "64:ff9b::192.0.2.1"
      })
  void literalsAreRead(String text) throws Exception {
    assertThat(Addresses.parse(text)).isEqualTo(InetAddress.getByName(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1.2",
        "10.0.0.01",
        "10.0.0.",
        "1",
        "0x7f.1",
        "localhost",
        "10.0.0.1 ",
        "::1::",
        ":1",
        "1:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "g::",
        "fe80::1%eth0",
        ":::",
        "1:2:3:4:5:6:7::8",
        "１.0.0.1"
      })
  void anythingElseIsNoneAndAsksNoNameServer(String text) {
    assertThat(Addresses.parse(text)).isNull();
  }

  @Test
  void portsBelongToAddresses() {
    assertThat(Addresses.parseHostPort("10.0.0.1:80").port()).isEqualTo(80);
    assertThat(Addresses.parseHostPort("[::1]:65535").port()).isEqualTo(65535);
    for (String bad :
        new String[] {
          "10.0.0.1",
          "::1:80",
          "10.0.0.1:0",
          "10.0.0.1:65536",
          "10.0.0.1:",
          "10.0.0.1:080",
          "[]:80",
          "[::1:80"
        }) {
      assertThat(Addresses.parseHostPort(bad)).as(bad).isNull();
    }
  }

  @Test
  void aPrefixHasALength() {
    assertThat(Addresses.parsePrefix("10.0.0.50/24")).hasToString("10.0.0.50/24");
    assertThat(Addresses.parsePrefix("10.0.0.50").length()).isEqualTo(32);
    assertThat(Addresses.parsePrefix("::1").length()).isEqualTo(128);
    for (String bad :
        new String[] {
          "10.0.0.50/33", "10.0.0.50/", "10.0.0.50/-1", "10.0.0.50/024", "/24", "::1/129"
        }) {
      assertThat(Addresses.parsePrefix(bad)).as(bad).isNull();
    }
  }

  @Test
  void ipv6IsShownInTheShortFormOfRfc5952() {
    for (String shortest :
        new String[] {
          "::",
          "::1",
          "fe80::",
          "fe80::200:5eff:fe00:233",
          "2001:db8::50",
          "1:0:0:2::3",
          "2001:db8:0:1:1:1:1:1",
          "1::2:0:0:3:4",
          "1:2:3:4:5:6:7:8",
          "1:2:3:4:5:6:7:0",
          "0:0:1::"
        }) {
      assertThat(Addresses.text(Addresses.parse(shortest))).isEqualTo(shortest);
    }
    assertThat(Addresses.text(Addresses.parse("2001:0DB8:0:0:0:0:0:0050")))
        .isEqualTo("2001:db8::50");
    assertThat(Addresses.text(Addresses.parse("10.0.0.50"))).isEqualTo("10.0.0.50");
    assertThat(Addresses.parsePrefix("FE80:0::50/64")).hasToString("fe80::50/64");
  }

  @Test
  void aNearNameIsSuggestedAndAFarOneIsNot() {
    assertThat(Closest.hint("ngnix", java.util.List.of("web", "nginx"))).endsWith("nginx?");
    assertThat(Closest.hint("virtual-adresses", java.util.List.of("virtual_addresses")))
        .isEqualTo(": did you mean virtual_addresses?");
    assertThat(Closest.hint("backend", java.util.List.of("web", "nginx"))).isEmpty();
    assertThat(Closest.hint("x".repeat(100_000), java.util.List.of("web"))).isEmpty();
  }
}
