package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.AcceptTable;
import io.vipops.netlink.AcceptTable.Dropped;
import io.vipops.netlink.NetlinkMessage;
import io.vipops.spec.Addresses;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is sent to the addresses of instances with {@code accept: false} from this host (RFC
 * 9568 §6.1, Accept_Mode). Dropped whether this node is Active or not: an address that is not here
 * takes nothing anyway. So the table is complete before an address comes, and outlives an agent
 * that dies. Not on the loop's thread.
 */
final class AcceptMode implements AutoCloseable {
  private static final long AGAIN_MS = 1000;

  /** Somebody who changes the table without end is told of this often. */
  private static final long TELL_NS = 60_000_000_000L;

  private final Bulletin bulletin;
  private @Nullable Netfilter kernel;
  private @Nullable Thread watch;
  private volatile boolean closed;

  /** What the table is to drop now, and what once an apply is through. */
  private Set<Dropped> dropped = Set.of();

  private Set<Dropped> wanted = Set.of();

  /** Instances that need the table, by name. */
  private List<String> names = List.of();

  private boolean looked;
  private long tellNs = System.nanoTime();

  AcceptMode(Bulletin bulletin) {
    this.bulletin = bulletin;
  }

  /** Why this host cannot do what {@code instances} need; null: it can, or they need nothing. */
  static @Nullable String problem(Collection<Instance> instances) {
    Set<Dropped> dropped = dropped(instances);
    if (dropped.isEmpty()) {
      return null;
    }
    try (Netfilter kernel = new Netfilter()) {
      kernel.tryOut(dropped);
      return null;
    } catch (SystemCallException e) {
      return refusal(names(instances), e);
    }
  }

  /**
   * Takes away what an engine left that died.
   *
   * @return whether there was something
   */
  static boolean removeLeft() throws SystemCallException {
    try (Netfilter kernel = new Netfilter()) {
      return kernel.remove();
    }
  }

  /**
   * Drops what {@code instances} do not accept, and still what the ones before them do not.
   *
   * @return for {@link #settle}
   * @throws EngineException when this host cannot; then nothing has changed
   */
  synchronized Set<Dropped> prepare(Collection<Instance> instances) {
    Set<Dropped> next = dropped(instances);
    Set<Dropped> both = new HashSet<>(dropped);
    both.addAll(next);
    if (!both.equals(dropped)) {
      try {
        put(both);
      } catch (SystemCallException e) {
        throw new EngineException(refusal(names(instances), e));
      }
    }
    names = names(instances);
    wanted = next;
    return next;
  }

  /**
   * The instances that {@code prepared} was for are all that is left.
   *
   * @param prepared of {@link #prepare}; an earlier one than the last does nothing
   */
  @SuppressWarnings("ReferenceEquality") // the same call, not the same addresses
  synchronized void settle(Set<Dropped> prepared) {
    if (prepared != wanted || closed) {
      return;
    }
    try {
      if (wanted.isEmpty()) {
        remove();
      } else if (!wanted.equals(dropped)) {
        put(wanted);
      }
    } catch (SystemCallException e) {
      tell("is as it was before: " + e.getMessage());
    }
  }

  /** No address is left. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      if (!dropped.isEmpty()) {
        remove();
      }
    } catch (SystemCallException e) {
      // It does no harm: vipops release, or the next agent, removes it.
    }
    if (kernel != null) {
      kernel.close();
      kernel = null;
    }
  }

  private void put(Set<Dropped> next) throws SystemCallException {
    if (watch == null) {
      // First listen, then change: what somebody else does in between must not be missed.
      NetlinkSocket changes = new NetlinkSocket(NetlinkSocket.NETFILTER, AcceptTable.CHANGES);
      watch = new Thread(() -> watch(changes), "vipops-nftables");
      watch.setDaemon(true);
      watch.start();
    }
    kernel().put(next);
    dropped = Set.copyOf(next);
    looked = true;
  }

  /** Of a host that never needed a table, the kernel is asked once: one may be left here. */
  private void remove() throws SystemCallException {
    if (!dropped.isEmpty() || !looked) {
      looked = true;
      try {
        boolean unused = kernel().remove();
      } catch (SystemCallException e) {
        if (!dropped.isEmpty()) {
          throw e;
        }
        // No nftables: then there is no table.
      }
      dropped = Set.of();
    }
  }

  private Netfilter kernel() throws SystemCallException {
    if (kernel == null) {
      kernel = new Netfilter();
    }
    return kernel;
  }

  /** Restarting a firewall often begins with removing every table there is. */
  private void watch(NetlinkSocket changes) {
    try (changes) {
      while (!closed) {
        if (isChanged(changes)) {
          restore();
          Thread.sleep(AGAIN_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for that, a second at most. */
  private boolean isChanged(NetlinkSocket changes) {
    try {
      boolean changed = false;
      for (byte[] bytes = changes.receive(); bytes != null; bytes = changes.poll()) {
        for (NetlinkMessage message : NetlinkMessage.parse(bytes)) {
          changed |= AcceptTable.concerns(message) && !isOurs(message);
        }
      }
      return changed;
    } catch (SystemCallException e) {
      return e.errno() != Errno.EAGAIN; // notifications were lost: better once too often
    }
  }

  private synchronized boolean isOurs(NetlinkMessage message) {
    return kernel != null && message.portId() == kernel.portId();
  }

  private synchronized void restore() {
    if (closed) {
      return;
    }
    try {
      if (dropped.isEmpty()) {
        boolean unused = kernel().remove(); // a saved ruleset may have brought it back
        return;
      }
      kernel().put(dropped);
      tell("was changed by somebody else and is restored");
    } catch (SystemCallException e) {
      tell("was changed by somebody else and cannot be restored: " + e.getMessage());
    }
  }

  private void tell(String what) {
    long nowNs = System.nanoTime();
    if (nowNs - tellNs >= 0) {
      tellNs = nowNs + TELL_NS;
      names.forEach(it -> bulletin.event(it, AcceptTable.NAME + " " + what));
    }
  }

  private static String refusal(List<String> names, SystemCallException e) {
    return "instance "
        + String.join(", ", names)
        + ": accept: false needs nftables, which this host has not or does not allow: "
        + e.getMessage();
  }

  private static Stream<Instance> refusing(Collection<Instance> instances) {
    return instances.stream().filter(it -> !it.options().accept() && !it.isOwner());
  }

  private static List<String> names(Collection<Instance> instances) {
    return refusing(instances).map(Instance::name).toList();
  }

  /** Not what is the node's own: an owner's address is (RFC 9568 §6.1). */
  private static Set<Dropped> dropped(Collection<Instance> instances) {
    return refusing(instances)
        .flatMap(
            it ->
                it.movedAddresses().stream()
                    .filter(vip -> !vip.prefix().address().equals(it.address()))
                    .map(vip -> dropped(it, vip)))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Dropped dropped(Instance it, VirtualAddress vip) {
    // Another interface may have the same address as its own.
    boolean linkLocal = Addresses.isLinkLocal(vip.prefix().address());
    return new Dropped(vip.prefix().address(), linkLocal ? it.interfaceOf(vip) : null);
  }
}
