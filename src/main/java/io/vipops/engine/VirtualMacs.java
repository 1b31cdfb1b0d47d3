package io.vipops.engine;

import io.vipops.linux.Errno;
import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.Link;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.VirtualMac;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces with virtual MACs (RFC 9568 §7.3), one for each instance that wants it, on top of
 * the instance's. Made before the instance is, removed after it, made again when the one below was,
 * switched off where nobody needs it: which takes the kernel too long for the loop's thread. That
 * gives one its MAC and switches it on, and takes the MAC away.
 */
final class VirtualMacs implements AutoCloseable {
  /** The note on what is ours. */
  private static final String MARK = "vipops";

  /** Whatever others do to it as fast as they can, the loop has its turn in between. */
  private static final long PAUSE_MS = 50;

  /** RTMGRP_LINK. */
  private static final int LINKS = 0x1;

  private final Bulletin bulletin;
  private final VirtualMacSettings settings = new VirtualMacSettings();
  private List<Wanted> wanted = List.of();
  private @Nullable Thread watch;
  private volatile boolean closed;

  /** What was last told of an interface that is not as it should be. */
  private String told = "";

  VirtualMacs(Bulletin bulletin) {
    this.bulletin = bulletin;
  }

  /** An interface that is to be there. */
  record Wanted(String instance, String parent, VirtualMac mac) {
    private static Wanted of(Instance it) {
      return new Wanted(it.name(), it.interfaceName(), it.virtualMac());
    }

    String name() {
      return mac.interfaceName();
    }

    private boolean is(Link link, Link parent) {
      return link.parent() == parent.index() && (isRoused(link) || isResting(link));
    }

    /** The loop has given it the virtual MAC. */
    private boolean isRoused(Link link) {
      return Arrays.equals(link.hardwareAddress(), mac.bytes());
    }

    private boolean isResting(Link link) {
      return Arrays.equals(link.hardwareAddress(), mac.resting());
    }
  }

  /** Whether the interface is somebody else's, in words; null: no, or none is wanted. */
  static @Nullable String taken(Instance it, HostTable host) {
    return it.options().virtualMac() ? taken(Wanted.of(it), host) : null;
  }

  private static @Nullable String taken(Wanted it, HostTable host) {
    Link link = host.link(it.name());
    return link == null || isOurs(link)
        ? null
        : "instance "
            + it.instance
            + ": interface "
            + it.name()
            + ", which its virtual MAC needs, exists and is not of vipops: remove it, or choose"
            + " another virtual_router_id";
  }

  private static boolean isOurs(Link link) {
    return link.alias().equals(MARK) && link.name().matches("vrrp6?\\.[0-9]{1,3}");
  }

  /** Removes what an engine left that died; a line for each. */
  static List<String> removeLeft(Rtnetlink kernel, HostTable host) throws SystemCallException {
    List<String> lines = new ArrayList<>();
    for (Link it : host.links()) {
      if (isOurs(it)) {
        int errno = kernel.deleteLink(it.index());
        lines.add(
            errno == 0
                ? "removed interface " + it.name()
                : "cannot remove interface " + it.name() + ": " + Errno.text(errno));
      }
    }
    return lines;
  }

  /**
   * Makes what {@code instances} need and is not there, and removes nothing yet.
   *
   * @return for {@link #settle}
   * @throws EngineException when this host cannot
   */
  synchronized List<Wanted> prepare(Collection<Instance> instances) {
    List<Wanted> next =
        instances.stream().filter(it -> it.options().virtualMac()).map(Wanted::of).toList();
    if (!next.isEmpty()) {
      try (Rtnetlink kernel = new Rtnetlink()) {
        listen();
        ensure(next, kernel);
      } catch (SystemCallException e) {
        throw new EngineException("no interface with a virtual MAC: " + e.getMessage());
      }
    }
    wanted = next;
    return next;
  }

  private void ensure(List<Wanted> all, Rtnetlink kernel) throws SystemCallException {
    HostTable host = kernel.dump();
    List<String> problems = new ArrayList<>();
    for (Wanted it : all) {
      try {
        ensure(it, host, kernel);
      } catch (EngineException e) {
        problems.add(e.getMessage()); // the others are to have theirs all the same
      }
    }
    if (!problems.isEmpty()) {
      throw new EngineException(String.join("; ", problems));
    }
  }

  private void ensure(Wanted it, HostTable host, Rtnetlink kernel) throws SystemCallException {
    Link parent = host.link(it.parent);
    if (parent == null) {
      return; // made when that comes
    }
    String taken = taken(it, host);
    if (taken != null) {
      throw new EngineException(taken);
    }
    Link link = host.link(it.name());
    if (link == null || !it.is(link, parent)) {
      make(it, link, parent, kernel);
    } else if (link.isUp() != it.isRoused(link)) {
      int unused = kernel.up(link.index(), it.isRoused(link));
    }
    String problem = settings.set(it);
    if (problem != null) {
      tell(List.of(it), problem);
    }
  }

  private static void make(Wanted it, @Nullable Link before, Link parent, Rtnetlink kernel)
      throws SystemCallException {
    int errno = before == null ? 0 : kernel.deleteLink(before.index());
    if (errno == 0) {
      errno = kernel.makeMacvlan(it.name(), parent.index(), it.mac.resting());
    }
    Link made = errno == 0 ? kernel.dump().link(it.name()) : null;
    if (made != null && made.parent() != parent.index()) {
      int unused = kernel.deleteLink(made.index());
      throw new EngineException(
          "instance %s: %s is a macvlan itself, which cannot carry a virtual MAC: name the interface below it"
              .formatted(it.instance, it.parent));
    }
    if (made != null) {
      errno = kernel.mark(made.index(), MARK);
    }
    if (errno != 0) {
      throw new EngineException(
          "instance %s: cannot make interface %s on %s for its virtual MAC: %s"
              .formatted(it.instance, it.name(), it.parent, Errno.text(errno)));
    }
  }

  /**
   * The instances that {@code prepared} was for are all that is left.
   *
   * @param prepared of {@link #prepare}; an earlier one than the last does nothing
   */
  @SuppressWarnings("ReferenceEquality") // the same call, not the same interfaces
  synchronized void settle(List<Wanted> prepared) {
    if (prepared == wanted && !closed) {
      removeAllBut(prepared);
    }
  }

  /** No address is left. */
  @Override
  public synchronized void close() {
    closed = true;
    if (watch != null) {
      removeAllBut(List.of());
    }
  }

  private void removeAllBut(List<Wanted> kept) {
    try (Rtnetlink kernel = new Rtnetlink()) {
      for (Link it : kernel.dump().links()) {
        if (isOurs(it) && kept.stream().noneMatch(one -> one.name().equals(it.name()))) {
          int unused = kernel.deleteLink(it.index());
        }
      }
    } catch (SystemCallException e) {
      // It hears nothing while it is down; the next one removes it.
    }
    settings.restoreAllBut(kept);
  }

  private void listen() throws SystemCallException {
    if (watch == null) {
      NetlinkSocket changes = new NetlinkSocket(NetlinkSocket.ROUTE, LINKS);
      watch = new Thread(() -> watch(changes), "vipops-macs");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private void watch(NetlinkSocket changes) {
    try (changes) {
      while (!closed) {
        if (isChanged(changes)) {
          again();
          Thread.sleep(PAUSE_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for that, a second at most. */
  private static boolean isChanged(NetlinkSocket changes) {
    try {
      for (byte[] bytes = changes.receive(); bytes != null; bytes = changes.poll()) {
        // The answer is in the table, which is asked for anew.
      }
      return true;
    } catch (SystemCallException e) {
      return e.errno() != Errno.EAGAIN;
    }
  }

  private synchronized void again() {
    if (closed || wanted.isEmpty()) {
      return;
    }
    try (Rtnetlink kernel = new Rtnetlink()) {
      ensure(wanted, kernel);
    } catch (SystemCallException | EngineException e) {
      tell(wanted, String.valueOf(e.getMessage()));
    }
  }

  private void tell(List<Wanted> whom, String line) {
    if (!line.equals(told)) {
      told = line;
      whom.forEach(it -> bulletin.event(it.instance, line));
    }
  }
}
