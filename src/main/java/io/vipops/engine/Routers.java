package io.vipops.engine;

import io.vipops.linux.SystemCallException;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The virtual routers at work, and how one set of them becomes another. On the loop's thread. */
final class Routers {
  private final Performer performer;
  private final Supplier<HostTable> host;
  private final Map<Instance.Identity, LiveRouter> routers = new LinkedHashMap<>();
  private final Map<Port.Key, Port> ports = new LinkedHashMap<>();

  /** Stopped, but still handing over. */
  private final List<LiveRouter> leaving = new ArrayList<>();

  Routers(Performer performer, Supplier<HostTable> host) {
    this.performer = performer;
    this.host = host;
  }

  Collection<LiveRouter> all() {
    return routers.values();
  }

  Collection<Port> ports() {
    return ports.values();
  }

  /** Those that need their timers driven: all, and the leaving ones. */
  List<LiveRouter> driven() {
    List<LiveRouter> all = new ArrayList<>(routers.values());
    all.addAll(leaving);
    return all;
  }

  /** Old ones go first, so that what they held is free for the new. */
  void apply(List<Configured> next, Map<String, Standing> standings, long nowNs)
      throws SystemCallException {
    Difference difference = Difference.between(List.copyOf(routers.keySet()), next);
    for (Instance.Identity identity : difference.removed()) {
      stop(identity, "removed from the configuration", nowNs);
    }
    for (Configured it : difference.kept()) {
      change(it, standing(it, standings), nowNs);
    }
    for (Configured it : difference.added()) {
      add(it, standing(it, standings), nowNs);
    }
  }

  void standing(Map<String, Standing> standings, long nowNs) {
    for (LiveRouter it : routers.values()) {
      Standing next = standings.get(it.name());
      if (next != null && !next.equals(it.router().standing())) {
        performer.perform(it, it.router().onStanding(next, nowNs), nowNs);
      }
    }
  }

  void stopAll(String reason, long nowNs) throws SystemCallException {
    for (Instance.Identity identity : List.copyOf(routers.keySet())) {
      stop(identity, reason, nowNs);
    }
  }

  /** Lets those go that have handed over; returns whether none is left of them. */
  boolean settled() throws SystemCallException {
    for (LiveRouter it : List.copyOf(leaving)) {
      if (it.router().state() == State.INIT) {
        leaving.remove(it);
        leave(it);
      }
    }
    return leaving.isEmpty();
  }

  /** Tells the routers of a port what the host makes of it. */
  void tellLink(Port port, long nowNs) {
    for (LiveRouter it : port.routers()) {
      tellLink(it, nowNs);
    }
  }

  void tellLink(LiveRouter it, long nowNs) {
    String problem = it.port().problem() != null ? it.port().problem() : it.refused;
    if (!Objects.equals(problem, it.told)) {
      it.told = problem;
      String reason = problem != null ? problem : "interface " + it.port().name() + " serves again";
      performer.perform(it, it.router().onLink(problem == null, reason, nowNs), nowNs);
    }
  }

  /** What the kernel refused is tried again. */
  void forgetRefusal(LiveRouter it, long nowNs) {
    it.retryNs = Long.MAX_VALUE;
    it.refused = null;
    tellLink(it, nowNs);
  }

  private void add(Configured configured, Standing standing, long nowNs)
      throws SystemCallException {
    Instance instance = configured.run();
    Port.Key key = new Port.Key(instance.interfaceName(), (Inet4Address) instance.address());
    Port port = ports.computeIfAbsent(key, Port::new);
    LiveRouter it = new LiveRouter(configured, standing, port);
    port.add(it);
    routers.put(instance.identity(), it);
    boolean unused = port.refresh(host.get());
    tellLink(port, nowNs);
    performer.perform(it, it.router().onStart(nowNs), nowNs);
  }

  private void change(Configured configured, Standing standing, long nowNs) {
    LiveRouter it = Objects.requireNonNull(routers.get(configured.run().identity()));
    Instance before = it.instance();
    if (configured.run().equals(before)) {
      if (!standing.equals(it.router().standing())) {
        performer.perform(it, it.router().onStanding(standing, nowNs), nowNs);
      }
      return;
    }
    it.configured(configured);
    forgetRefusal(it, nowNs);
    performer.perform(it, it.router().onInstance(configured.run(), standing, nowNs), nowNs);
    if (it.router().state() != State.ACTIVE) {
      // A router that starts takes leftovers away; so does one that gets an address later.
      List<VirtualAddress> added = new ArrayList<>(configured.run().virtualAddresses());
      added.removeAll(before.virtualAddresses());
      added.removeIf(vip -> vip.prefix().address().equals(before.address()));
      performer.perform(it, List.of(new Effect.Release(added)), nowNs);
    }
  }

  private void stop(Instance.Identity identity, String reason, long nowNs)
      throws SystemCallException {
    LiveRouter it = Objects.requireNonNull(routers.remove(identity));
    performer.perform(it, it.router().onStop(reason, nowNs), nowNs);
    if (it.router().state() == State.INIT) {
      leave(it);
    } else {
      leaving.add(it);
    }
  }

  private void leave(LiveRouter it) throws SystemCallException {
    Port port = it.port();
    port.remove(it);
    if (port.isUnused()) {
      port.close();
      ports.remove(port.key());
    }
  }

  private static Standing standing(Configured it, Map<String, Standing> standings) {
    return Objects.requireNonNull(standings.get(it.run().name()), it.run().name());
  }
}
