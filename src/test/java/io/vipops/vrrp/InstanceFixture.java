package io.vipops.vrrp;

import io.vipops.spec.Prefix;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instance for tests; nodes {@code lb01}, {@code lb02}, ... are 10.0.0.51, 10.0.0.52, ... */
final class InstanceFixture {
  final String node;
  String name = "web";
  int virtualRouterId = 51;
  int version = 3;
  int priority = 100;
  @Nullable String password;
  List<Instance.Peer> peers = new ArrayList<>();
  List<VirtualAddress> virtualAddresses = List.of(virtualAddress("10.0.0.50/24"));
  Duration advertInterval = Duration.ofSeconds(1);
  boolean preempt = true;
  Duration preemptDelay = Duration.ZERO;
  Duration vipLease = Duration.ofSeconds(3);
  VrrpOptions options = VrrpOptions.DEFAULT;

  InstanceFixture(String node) {
    this.node = node;
  }

  static Instance classic(String node, int priority, String peer, int peerPriority) {
    return new InstanceFixture(node).priority(priority).peer(peer, peerPriority).instance();
  }

  InstanceFixture priority(int value) {
    priority = value;
    return this;
  }

  InstanceFixture version(int value) {
    version = value;
    return this;
  }

  InstanceFixture password(String value) {
    password = value;
    return this;
  }

  InstanceFixture virtualRouterId(int value) {
    virtualRouterId = value;
    return this;
  }

  InstanceFixture virtualAddresses(String... values) {
    virtualAddresses = Arrays.stream(values).map(InstanceFixture::virtualAddress).toList();
    return this;
  }

  InstanceFixture advertInterval(Duration value) {
    advertInterval = value;
    return this;
  }

  InstanceFixture peer(String name, int basePriority) {
    peers.add(new Instance.Peer(name, address(name), basePriority));
    return this;
  }

  InstanceFixture unicast(int minTtl, String... addresses) {
    List<InetAddress> all = Arrays.stream(addresses).map(InstanceFixture::any).toList();
    options = options.with(new Unicast(all, minTtl));
    return this;
  }

  Instance instance() {
    return new Instance(
        name,
        virtualRouterId,
        version,
        "eth0",
        address(node),
        priority,
        password,
        null,
        List.copyOf(peers),
        virtualAddresses,
        advertInterval,
        preempt,
        preemptDelay,
        vipLease,
        List.of(),
        options);
  }

  static Inet4Address address(String nodeOrAddress) {
    String text =
        nodeOrAddress.startsWith("lb")
            ? "10.0.0." + (50 + Integer.parseInt(nodeOrAddress.substring(2)))
            : nodeOrAddress;
    try {
      return (Inet4Address) InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** Of either family. */
  static InetAddress any(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static VirtualAddress virtualAddress(String text) {
    String[] parts = text.split("/", 2);
    return new VirtualAddress(new Prefix(any(parts[0]), Integer.parseInt(parts[1])), null);
  }
}
