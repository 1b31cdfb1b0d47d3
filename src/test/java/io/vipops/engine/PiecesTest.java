package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.spec.Prefix;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine's parts that need neither root nor network. */
class PiecesTest {
  @TempDir Path folder;

  private static Instance instance(String... settings) throws Exception {
    Map<String, String> all = new java.util.HashMap<>(Map.of("address", "10.0.0.51"));
    for (String it : settings) {
      all.put(it.split("=")[0], it.split("=")[1]);
    }
    return Node.instance(all);
  }

  private static Configured same(Instance it) {
    return new Configured(it, it);
  }

  @Test
  void theDifferenceIsByIdentity() throws Exception {
    Instance one = instance("vrid=1");
    Instance two = instance("vrid=2");
    Instance twoChanged = instance("vrid=2", "priority=50");
    Instance three = instance("vrid=3");
    Difference difference =
        Difference.between(
            List.of(one.identity(), two.identity()), List.of(same(twoChanged), same(three)));
    assertThat(difference.removed()).containsExactly(one.identity());
    assertThat(difference.kept()).containsExactly(same(twoChanged));
    assertThat(difference.added()).containsExactly(same(three));
  }

  @Test
  void anotherPasswordIsAnotherRouter() throws Exception {
    Instance before = instance("version=2", "password=one");
    Instance after = instance("version=2", "password=two");
    assertThat(Difference.between(List.of(before.identity()), List.of(same(after))).added())
        .hasSize(1);
  }

  @Test
  void unicastIsAnotherRouterAndOtherPeersAreNot() throws Exception {
    Instance group = instance("vrid=1");
    Instance unicast = instance("vrid=1", "unicast=10.0.0.52");
    Instance others = instance("vrid=1", "unicast=10.0.0.53", "min_ttl=250");
    assertThat(Difference.between(List.of(group.identity()), List.of(same(unicast))).added())
        .containsExactly(same(unicast));
    assertThat(Difference.between(List.of(unicast.identity()), List.of(same(others))).kept())
        .containsExactly(same(others));
  }

  @Test
  void twoInstancesOfOneIdentityAreRefused() throws Exception {
    Configured it = same(instance("vrid=1"));
    assertThatThrownBy(() -> Difference.between(List.of(), List.of(it, it)))
        .isInstanceOf(EngineException.class)
        .hasMessage("instances web and web are the same virtual router, eth0 vrid 1 v3");
  }

  @Test
  void aPasswordFileIsReadForTheLoopAndNotShown() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "s3cret\n");
    Configured it = Secrets.resolve(instance("version=2", "password_file=" + file));
    assertThat(it.run().password()).isEqualTo("s3cret");
    assertThat(it.shown().password()).isNull();
  }

  @Test
  void aPasswordFileThatIsMissingEmptyOrTooLongIsNamed() throws Exception {
    Path file = folder.resolve("password");
    Instance it = instance("version=2", "password_file=" + file);
    assertThatThrownBy(() -> Secrets.resolve(it))
        .hasMessage("instance web: password_file " + file + " does not exist");
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> Secrets.resolve(it)).hasMessageContaining("1 to 8 bytes, not 0");
    Files.writeString(file, "ninebytes");
    assertThatThrownBy(() -> Secrets.resolve(it))
        .hasMessageContaining("1 to 8 bytes, not 9")
        .hasMessageNotContaining("ninebytes");
  }

  @Test
  void aPrefixContainsWhatSharesItsBits() throws Exception {
    Prefix prefix = new Prefix(InetAddress.getByName("10.0.3.50"), 23);
    assertThat(Vips.contains(prefix, InetAddress.getByName("10.0.2.1"))).isTrue();
    assertThat(Vips.contains(prefix, InetAddress.getByName("10.0.4.1"))).isFalse();
    assertThat(Vips.contains(prefix, InetAddress.getByName("::1"))).isFalse();
    assertThat(Vips.contains(new Prefix(prefix.address(), 32), InetAddress.getByName("10.0.3.51")))
        .isFalse();
  }

  @Test
  void packetsAreReadAndRandomBytesAreNot() {
    byte[] bytes = new byte[30];
    bytes[0] = 0x46; // one word of options
    bytes[3] = 28;
    bytes[8] = (byte) 255;
    bytes[12] = 10;
    bytes[16] = (byte) 224;
    bytes[25] = 51;
    IpPacket packet = IpPacket.ipv4(bytes);
    assertThat(packet.virtualRouterId()).isEqualTo(51);
    assertThat(packet.payload().remaining()).isEqualTo(4);
    assertThat(packet.ip().ttl()).isEqualTo(255);
    assertThat(packet.ip().source().getHostAddress()).isEqualTo("10.0.0.0");
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      byte[] any = new byte[random.nextInt(64)];
      random.nextBytes(any);
      IpPacket it = IpPacket.ipv4(any);
      assertThat(it == null || it.virtualRouterId() < 256).isTrue();
    }
  }
}
