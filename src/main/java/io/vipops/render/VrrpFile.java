package io.vipops.render;

import io.vipops.spec.Check;
import io.vipops.spec.Cluster;
import io.vipops.spec.Node;
import io.vipops.spec.Track;
import io.vipops.spec.Unicast;
import io.vipops.spec.VrrpInstance;
import io.vipops.spec.VrrpInstance.Authentication;
import io.vipops.spec.VrrpOptions;
import io.vipops.vrrp.Instance;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A node's {@code vrrp.yaml}: all that the agent needs to come up without Git or worker.
 *
 * @param listeners whether nginx has anything to serve: if so, no instance leaves Backup before
 *     nginx is proven
 */
public record VrrpFile(
    String cluster,
    String node,
    boolean maintenance,
    boolean listeners,
    List<Instance> instances,
    List<Check> checks) {
  /** The address is its own, and stays when it no longer speaks VRRP (RFC 9568 §5.2.4). */
  private static final int OWNER = 255;

  /**
   * The part of {@code cluster} that {@code node} runs: the instances that give it a priority, and
   * the checks that one of them tracks.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  public static VrrpFile of(Cluster cluster, String node) {
    Node self = cluster.nodes().get(node);
    if (self == null) {
      throw new IllegalArgumentException("no node " + node);
    }
    List<Instance> instances = new ArrayList<>();
    for (VrrpInstance router : cluster.vrrp().values()) {
      Integer priority = router.priorities().get(node);
      if (priority != null) {
        instances.add(instance(cluster, router, self, priority));
      }
    }
    Set<String> tracked =
        instances.stream()
            .flatMap(i -> i.track().stream())
            .map(Track::check)
            .collect(Collectors.toSet());
    List<Check> checks =
        cluster.checks().values().stream().filter(c -> tracked.contains(c.name())).toList();
    return new VrrpFile(
        cluster.name(),
        node,
        self.maintenance(),
        !cluster.listeners().isEmpty(),
        List.copyOf(instances),
        checks);
  }

  /** Every virtual address with its prefix length, sorted as text. */
  public SortedSet<String> addresses() {
    SortedSet<String> all = new TreeSet<>();
    for (Instance one : instances) {
      one.movedAddresses().forEach(vip -> all.add(vip.prefix().toString()));
    }
    return all;
  }

  /** This node's base priority by instance. */
  public SortedMap<String, Integer> priorities() {
    SortedMap<String, Integer> all = new TreeMap<>();
    instances.forEach(one -> all.put(one.name(), one.priority()));
    return all;
  }

  /**
   * With the peers of this node. The others of ours are among them whether named or not: nodes that
   * do not hear each other both serve.
   */
  private static VrrpOptions options(VrrpInstance router, Node self, List<Instance.Peer> nodes) {
    Unicast unicast = router.options().unicast();
    if (unicast == null) {
      return router.options();
    }
    Set<InetAddress> peers = new LinkedHashSet<>(unicast.peers());
    if (!router.isIpv6()) { // else the spec does not know where theirs come from
      nodes.forEach(it -> peers.add(it.address()));
    }
    peers.remove(self.address());
    return router.options().with(new Unicast(List.copyOf(peers), unicast.minTtl()));
  }

  private static Instance instance(Cluster cluster, VrrpInstance router, Node self, int priority) {
    List<Instance.Peer> peers = new ArrayList<>();
    router
        .priorities()
        .forEach(
            (name, theirs) -> {
              if (!name.equals(self.name())) {
                Node peer = Objects.requireNonNull(cluster.nodes().get(name), name);
                peers.add(new Instance.Peer(name, peer.address(), theirs));
              }
            });
    Authentication authentication = router.authentication();
    return new Instance(
        router.name(),
        router.virtualRouterId(),
        router.version(),
        router.interfaceName() == null ? self.interfaceName() : router.interfaceName(),
        self.address(),
        priority,
        authentication == null ? null : authentication.password(),
        authentication == null ? null : authentication.passwordFile(),
        List.copyOf(peers),
        router.virtualAddresses(),
        router.advertInterval(),
        router.preempt(),
        router.preemptDelay(),
        priority == OWNER ? Duration.ZERO : router.vipLease(),
        router.track(),
        options(router, self, peers));
  }
}
