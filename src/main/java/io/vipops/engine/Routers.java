package io.vipops.engine;

import io.vipops.check.InterfaceWeights;
import io.vipops.linux.SystemCallException;
import io.vipops.spec.TrackedInterface;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import io.vipops.vrrp.VirtualRouter;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The virtual routers at work, and how one set of them becomes another. On the loop's thread. */
final class Routers {
  private final Performer performer;
  private final Supplier<HostTable> host;
  private final @Nullable Recorder recorder;
  private final Map<Instance.Identity, LiveRouter> routers = new LinkedHashMap<>();
  private final Map<Port.Key, Port> ports = new LinkedHashMap<>();

  /** Forms of checksum by {@link InstanceStatus#router}, of an earlier run. */
  private Map<String, Checksum> learned = Map.of();

  /** Stopped, but still handing over. */
  private final List<LiveRouter> leaving = new ArrayList<>();

  private final SyncGroups groups;

  Routers(Performer performer, Supplier<HostTable> host, @Nullable Recorder recorder) {
    this.performer = performer;
    this.host = host;
    this.recorder = recorder;
    groups = new SyncGroups(this, performer);
  }

  Collection<LiveRouter> all() {
    return routers.values();
  }

  Collection<Port> ports() {
    return ports.values();
  }

  List<InstanceStatus> status() {
    return routers.values().stream().map(it -> it.status(host.get())).toList();
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
    groups.of(routers.values());
    for (Configured it : difference.kept()) {
      change(it, standing(it, standings), nowNs);
    }
    List<LiveRouter> added = new ArrayList<>();
    for (Configured it : difference.added()) {
      added.add(add(it, standing(it, standings), nowNs));
    }
    groups.of(routers.values());
    for (LiveRouter it : routers.values()) {
      tellLink(it, nowNs); // what held a group up may be no matter of this one any more
    }
    judgeAll(nowNs);
    for (LiveRouter it : added) {
      performer.perform(it, it.router().onStart(nowNs), nowNs);
    }
    groups.settle(nowNs);
  }

  /** Brings those together that move as one. */
  void settleGroups(long nowNs) {
    groups.settle(nowNs);
  }

  void learned(Map<String, Checksum> forms) {
    learned = forms;
  }

  void standing(Map<String, Standing> standings, long nowNs) {
    for (LiveRouter it : routers.values()) {
      Standing next = standings.get(it.name());
      if (next != null) {
        it.told = next;
      }
    }
    judgeAll(nowNs);
  }

  /** Tells the routers what tracked interfaces have become. */
  void tellInterfaces(long nowNs) {
    for (LiveRouter it : routers.values()) {
      tellLink(it, nowNs);
    }
    judgeAll(nowNs);
  }

  private void judgeAll(long nowNs) {
    for (LiveRouter it : routers.values()) {
      judge(it, nowNs);
    }
    groups.settle(nowNs);
  }

  private void judge(LiveRouter it, long nowNs) {
    Standing judged = groups.standing(it);
    if (!judged.equals(it.router().standing())) {
      performer.perform(it, it.router().onStanding(judged, nowNs), nowNs);
    }
  }

  /** What the checks, the operator and the tracked interfaces make of it. */
  Standing judged(LiveRouter it) {
    return judged(it.instance(), it.told);
  }

  private Standing judged(Instance instance, Standing told) {
    return InterfaceWeights.weigh(
        told,
        instance.priority(),
        instance.options().trackInterfaces(),
        name -> host.get().linkProblem(name));
  }

  void stopAll(String reason, long nowNs) throws SystemCallException {
    for (Instance.Identity identity : List.copyOf(routers.keySet())) {
      stop(identity, reason, nowNs);
    }
    groups.of(routers.values());
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
    InetAddress source = it.port().source();
    if (source != null) {
      it.router().onSource(source);
    }
    String down = downInterface(it);
    String own = down == null ? it.refused : problem(it, down);
    String problem = own == null ? it.followersProblem : own;
    if (!Objects.equals(problem, it.toldProblem)) {
      String before = it.downInterface == null ? it.port().name() : it.downInterface;
      it.toldProblem = problem;
      it.downInterface = down;
      String reason = problem != null ? problem : "interface " + before + " serves again";
      performer.perform(it, it.router().onLink(problem == null, reason, nowNs), nowNs);
    }
  }

  /**
   * The first interface that keeps a router from serving: its own, that of one of its addresses, or
   * one that it tracks without a weight.
   */
  private @Nullable String downInterface(LiveRouter it) {
    if (it.port().problem() != null) {
      return it.port().name();
    }
    for (TrackedInterface tracked : it.instance().options().trackInterfaces()) {
      if (tracked.weight() == 0 && host.get().linkProblem(tracked.name()) != null) {
        return tracked.name();
      }
    }
    String virtual = it.instance().virtualMac().interfaceName();
    if (it.instance().options().virtualMac() && host.get().link(virtual) == null) {
      return virtual;
    }
    for (VirtualAddress vip : it.instance().movedAddresses()) {
      String name = vip.interfaceName();
      if (name != null && host.get().linkProblem(name) != null) {
        return name;
      }
    }
    return null;
  }

  private @Nullable String problem(LiveRouter it, String interfaceName) {
    return interfaceName.equals(it.port().name())
        ? it.port().problem()
        : host.get().linkProblem(interfaceName);
  }

  /** What the kernel refused is tried again. */
  void forgetRefusal(LiveRouter it, long nowNs) {
    it.retryNs = Long.MAX_VALUE;
    it.refused = null;
    tellLink(it, nowNs);
  }

  private LiveRouter add(Configured configured, Standing standing, long nowNs)
      throws SystemCallException {
    Instance instance = configured.run();
    Port port =
        ports.computeIfAbsent(Port.Key.of(instance), key -> new Port(key, this::virtualAddresses));
    Standing judged = judged(instance, standing);
    VirtualRouter router =
        recorder == null
            ? new VirtualRouter(instance, judged)
            : recorder.router(instance, judged, nowNs);
    LiveRouter it =
        new LiveRouter(
            configured, standing, router, learned.get(InstanceStatus.router(instance)), port);
    port.add(it);
    routers.put(instance.identity(), it);
    boolean unused = port.refresh(host.get());
    tellLink(port, nowNs);
    return it;
  }

  private Set<InetAddress> virtualAddresses() {
    Set<InetAddress> all = new HashSet<>();
    ports.values().forEach(it -> all.addAll(it.virtualAddresses()));
    return all;
  }

  private void change(Configured configured, Standing standing, long nowNs)
      throws SystemCallException {
    LiveRouter it = Objects.requireNonNull(routers.get(configured.run().identity()));
    Instance before = it.instance();
    it.told = standing;
    if (configured.run().equals(before)) {
      judge(it, nowNs);
      return;
    }
    it.configured(configured);
    it.port().filter();
    forgetRefusal(it, nowNs);
    performer.perform(
        it, it.router().onInstance(configured.run(), groups.standing(it), nowNs), nowNs);
    if (it.router().state() != State.ACTIVE) {
      // A router that starts takes leftovers away; so does one that gets an address later.
      List<VirtualAddress> added = new ArrayList<>(configured.run().movedAddresses());
      added.removeAll(before.movedAddresses());
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
