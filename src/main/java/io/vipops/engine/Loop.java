package io.vipops.engine;

import io.vipops.linux.Clocks;
import io.vipops.linux.Errno;
import io.vipops.linux.EventFd;
import io.vipops.linux.LinkSocket;
import io.vipops.linux.NetlinkSocket;
import io.vipops.linux.PacketBatch;
import io.vipops.linux.Poll;
import io.vipops.linux.SystemCallException;
import io.vipops.netlink.InterfaceAddress;
import io.vipops.netlink.NetlinkMessage;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Effect;
import io.vipops.vrrp.State;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The engine's one thread. Each turn: wait; packets; news of interfaces and addresses; orders from
 * outside; timers. Packets before timers, so that a loop that was held up obeys what it missed
 * before it speaks. Nothing here waits for anything but the kernel.
 */
final class Loop implements Runnable {
  /** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR. */
  private static final int NOTIFICATIONS = 0x1 | 0x10 | 0x100;

  /** How long after a drain the timers still count as knowing what was received. */
  private static final long STALE_NS = 5_000_000L;

  private static final long REOPEN_NS = 1_000_000_000L;

  private static final long LOOK_NS = 1_000_000_000L;

  /** The clocks are read one after the other, and the kernel may come between. */
  private static final long SUSPEND_NS = 10_000_000L;

  /** An order from outside; runs on the loop's thread. */
  interface Order {
    void run(long nowNs) throws SystemCallException;

    /** The loop ended before it could run. */
    void refuse(Throwable cause);
  }

  private final ConcurrentLinkedQueue<Order> orders = new ConcurrentLinkedQueue<>();
  private final Poll poll = new Poll();
  private final EventFd wake;
  private final NetlinkSocket notices;
  private final Rtnetlink kernel;
  private final LinkSocket lan;
  private final Vips vips;
  private final SocketEnder sockets;
  private final Claims claims;
  private final Bulletin bulletin;
  private final Performer performer;
  private final Routers routers;
  private final Receiver receiver;
  private final List<Runnable> whenSettled = new ArrayList<>();
  private final Heartbeat heartbeat;
  private final Clocks clocks = new Clocks();
  private final Lateness lateness = new Lateness(System.nanoTime());
  private HostTable host;
  private boolean stopping;

  /** For how long the host had been suspended when that was last looked at. */
  private long suspendedNs;

  /** When the next heartbeat is due. */
  private long beatNs;

  /** When {@link #lookAround} is due. */
  private long lookNs = System.nanoTime();

  /** When the work of this turn last went on. */
  private long steppedNs;

  /** The kernel dropped notifications and {@link #host} has not been asked for anew yet. */
  private boolean noticesLost;

  private volatile @Nullable Throwable ended;

  Loop(Bulletin bulletin, Heartbeat heartbeat, @Nullable Recorder recorder)
      throws SystemCallException {
    this.bulletin = bulletin;
    this.heartbeat = heartbeat;
    beatNs = System.nanoTime();
    wake = new EventFd();
    // First listen, then ask: what changes in between is heard twice rather than never.
    notices = new NetlinkSocket(NetlinkSocket.ROUTE, NOTIFICATIONS);
    kernel = new Rtnetlink();
    host = kernel.dump();
    lan = new LinkSocket();
    vips = new Vips(kernel);
    sockets = new SocketEnder(vips::holds);
    performer = new Performer(vips, lan, sockets, bulletin, () -> host);
    routers = new Routers(performer, () -> host, recorder);
    PacketBatch batch = new PacketBatch();
    receiver = new Receiver(performer, bulletin, batch, clocks);
    claims = new Claims(batch);
    suspendedNs = clocks.suspendedNs();
  }

  /** Hands an order in, from any thread; it runs soon, or is refused. */
  void submit(Order order) {
    orders.add(order);
    wake.signal();
    Throwable cause = ended;
    if (cause != null) {
      refuseAll(cause);
    }
  }

  /** The virtual routers; on the loop's thread only. */
  Routers routers() {
    return routers;
  }

  /** How late adverts were sent; on the loop's thread only. */
  Lateness lateness(long nowNs) {
    return lateness.copy(nowNs);
  }

  /** What the host refused since the last call; on the loop's thread only. */
  List<String> troubles() {
    return performer.troubles();
  }

  /** Runs {@code then} when no router is handing over any more; on the loop's thread only. */
  void whenSettled(Runnable then) {
    whenSettled.add(then);
  }

  /** Ends the loop once every router has handed over; on the loop's thread only. */
  void stop(long nowNs) throws SystemCallException {
    routers.stopAll("the agent stops", nowNs);
    stopping = true;
  }

  @Override
  public void run() {
    Throwable cause = new IllegalStateException("the engine was closed");
    try {
      while (!stopping || !settle()) {
        turn();
      }
    } catch (Throwable e) {
      cause = e;
      withdraw();
      bulletin.failure(e);
    } finally {
      ended = cause;
      refuseAll(cause);
      routers.ports().forEach(Port::close);
      claims.close();
      sockets.close();
      lan.close();
      notices.close();
      kernel.close();
    }
  }

  private void turn() throws SystemCallException {
    List<Port> open = routers.ports().stream().filter(it -> it.socket() != null).toList();
    int[] fds = new int[open.size() + 2];
    fds[0] = wake.fd();
    fds[1] = notices.fd();
    for (int i = 0; i < open.size(); i++) {
      fds[i + 2] = Objects.requireNonNull(open.get(i).socket()).fd();
    }
    poll.watch(fds);
    poll.await(waitNs());
    receiver.wake();
    noticeSuspend();
    for (int i = 0; i < open.size(); i++) {
      if (poll.ready(i + 2)) {
        receiver.drain(open.get(i), this::keepTime);
      }
    }
    if (poll.ready(1) || noticesLost) {
      hearNotices();
    }
    if (poll.ready(0)) {
      wake.clear();
    }
    for (Order order = orders.poll(); order != null; order = orders.poll()) {
      order.run(System.nanoTime());
    }
    // News, orders or a stolen processor may have taken their time.
    listenAgain(receiver.wokenNs());
    lookAround();
    routers.settleGroups(System.nanoTime()); // before a timer of theirs speaks
    timers();
    boolean unused = settle();
    beat();
  }

  /** Before all else that a turn does: what it finds to do may be old by hours. */
  private void noticeSuspend() {
    long sleptNs = clocks.suspendedNs() - suspendedNs;
    if (sleptNs > SUSPEND_NS) {
      suspendedNs += sleptNs;
      long nowNs = System.nanoTime();
      for (LiveRouter it : routers.driven()) {
        performer.perform(it, it.router().onSuspended(sleptNs, nowNs), nowNs);
      }
      routers.settleGroups(nowNs);
    }
  }

  /**
   * At what can wait: now and then, and never because something is there, which may be sent without
   * end.
   */
  private void lookAround() {
    if (System.nanoTime() - lookNs >= 0) {
      lookNs = System.nanoTime() + LOOK_NS;
      routers.ports().forEach(receiver::countRefused);
      claims.look(routers.all(), host, performer, System.nanoTime());
    }
  }

  /** Last in a turn: all that may hang lies before it. */
  private void beat() {
    long nowNs = System.nanoTime();
    if (nowNs - beatNs >= 0) {
      Duration next = heartbeat.beat().getAsBoolean() ? heartbeat.period() : Heartbeat.AGAIN;
      beatNs = nowNs + next.toNanos();
    }
  }

  private boolean settle() throws SystemCallException {
    if (!routers.settled()) {
      return false;
    }
    whenSettled.forEach(Runnable::run);
    whenSettled.clear();
    return true;
  }

  private long waitNs() {
    long next = noticesLost ? System.nanoTime() + REOPEN_NS : Long.MAX_VALUE;
    for (LiveRouter it : routers.driven()) {
      next = Math.min(next, Math.min(it.router().nextDeadlineNs(), it.retryNs));
    }
    for (Port port : routers.ports()) {
      if (port.refused() != null) {
        next = Math.min(next, lookNs);
      }
      if (port.interfaceIndex() != 0 && port.socket() == null) {
        next = Math.min(next, System.nanoTime() + REOPEN_NS);
      }
    }
    return Math.max(0, Math.min(next, beatNs) - System.nanoTime());
  }

  /** What took so long may have let adverts wait: they come first. */
  private void listenAgain(long sinceNs) {
    if (System.nanoTime() - sinceNs > STALE_NS) {
      receiver.wake();
      List.copyOf(routers.ports()).forEach(it -> receiver.drain(it, this::keepTime));
      routers.settleGroups(System.nanoTime());
    }
    steppedNs = System.nanoTime();
  }

  /** Whoever stops this process does so while it works as well as while it waits. */
  private void timers() {
    for (LiveRouter it : routers.driven()) {
      listenAgain(steppedNs);
      long nowNs = System.nanoTime();
      if (nowNs >= it.retryNs) {
        routers.forgetRefusal(it, nowNs);
      }
      // Silence proves nothing while packets wait that came after this turn began.
      timer(it, it.router().mayGoOn(nowNs) ? nowNs : receiver.wokenNs());
    }
    for (Port port : routers.ports()) {
      if (port.socket() == null && port.refresh(host)) {
        routers.tellLink(port, System.nanoTime());
      }
    }
    routers.settleGroups(System.nanoTime());
  }

  /**
   * Between the packets of a flood: an Active that was not silent for so long that it must listen
   * first goes on speaking in time, or the flood would make a Backup take over. All else waits
   * until everything is heard.
   */
  private void keepTime() {
    long nowNs = System.nanoTime();
    routers.settleGroups(nowNs);
    for (LiveRouter it : routers.driven()) {
      if (it.router().mayGoOn(nowNs)) {
        timer(it, nowNs);
      }
    }
  }

  private void timer(LiveRouter it, long nowNs) {
    if (nowNs < it.router().nextDeadlineNs()) {
      return;
    }
    long dueNs = it.router().advertDueNs();
    long sent = it.sent();
    performer.perform(it, it.router().onTimer(nowNs), nowNs);
    if (it.sent() > sent) {
      lateness.count(it.sentNs() - dueNs, it.sentNs());
    }
  }

  /**
   * Links before addresses: with an interface its addresses go, and those are not to be restored.
   */
  private void hearNotices() throws SystemCallException {
    List<InterfaceAddress> gone = new ArrayList<>();
    while (takeNotices(gone)) {
      noticesLost = true;
    }
    if (noticesLost) {
      try {
        host = kernel.dump();
      } catch (SystemCallException e) {
        return; // The old table serves until the next turn, which asks again.
      }
      noticesLost = false;
      gone = vips.missing(host);
    }
    long nowNs = System.nanoTime();
    for (Port port : List.copyOf(routers.ports())) {
      if (port.refresh(host)) {
        routers.tellLink(port, nowNs);
      }
    }
    if (host.linksChanged()) { // addresses come and go by the second, with each lease
      routers.tellInterfaces(nowNs);
    }
    for (InterfaceAddress it : gone) {
      LiveRouter holder = vips.removed(it);
      if (holder != null) {
        restore(holder, it, nowNs);
      }
    }
  }

  /**
   * Takes what waits on the socket; what lies behind a loss is read too, before the table is asked
   * for anew, or it would undo the answer.
   *
   * @return whether some was lost, and more may wait
   */
  private boolean takeNotices(List<InterfaceAddress> gone) throws SystemCallException {
    try {
      for (byte[] bytes = notices.poll(); bytes != null; bytes = notices.poll()) {
        for (NetlinkMessage message : NetlinkMessage.parse(bytes)) {
          host.take(message).ifPresent(gone::add);
        }
      }
      return false;
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENOBUFS) {
        throw e;
      }
      return true;
    }
  }

  private void restore(LiveRouter holder, InterfaceAddress gone, long nowNs) {
    holder.instance().movedAddresses().stream()
        .filter(vip -> vip.prefix().address().equals(gone.address()))
        .findFirst()
        .ifPresent(
            vip -> performer.perform(holder, holder.router().onAddressRemoved(vip, nowNs), nowNs));
  }

  /** What stands on this host of instances that are not Active; see {@link Engine#strays}. */
  List<String> strays(boolean takeOff, long nowNs) {
    List<String> lines = new ArrayList<>();
    for (LiveRouter it : routers.all()) {
      State state = it.router().state();
      if (state == State.ACTIVE || state == State.HANDING_OVER) {
        continue;
      }
      for (VirtualAddress vip : it.instance().movedAddresses()) {
        InetAddress address = vip.prefix().address();
        int index = Vips.interfaceIndex(it, vip, host);
        boolean here = !host.entries(index, address).isEmpty();
        if (here && !vips.holds(index, address) && !address.equals(it.instance().address())) {
          lines.add(
              vip.prefix()
                  + " is on "
                  + Vips.interfaceName(it, vip)
                  + " though "
                  + it.name()
                  + " is "
                  + state.name().toLowerCase(Locale.ROOT));
          if (takeOff) {
            performer.perform(it, List.of(new Effect.Release(List.of(vip))), nowNs);
          }
        }
      }
    }
    return lines;
  }

  /** The last thing a failed loop does: nobody here may answer for an address unguarded. */
  private void withdraw() {
    for (LiveRouter it : routers.driven()) {
      try {
        if (it.router().state() == State.ACTIVE) {
          boolean unused = it.send(new Effect.Advertise(0, it.instance().advertInterval()), lan);
        }
      } catch (SystemCallException | RuntimeException e) {
        // The addresses matter more.
      }
    }
    vips.releaseAll();
  }

  private void refuseAll(Throwable cause) {
    for (Order order = orders.poll(); order != null; order = orders.poll()) {
      order.refuse(cause);
    }
  }
}
