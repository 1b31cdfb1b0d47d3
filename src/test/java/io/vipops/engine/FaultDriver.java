package io.vipops.engine;

import io.vipops.engine.FaultPlan.Fault;
import io.vipops.engine.FaultyHost.Wrong;
import io.vipops.lab.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings faults about and undoes them, each at its time beside the others. On one host there is one
 * at a time, but for what checks, operator and commits say; and one host of the three is always
 * whole but for that, or there would be times at which nobody is promised anything.
 */
final class FaultDriver {
  /** A commit, as its virtual router saw it: from when all were told, until the first was again. */
  record Commit(FaultyRouter router, Spans.Span inForce) {}

  /** Somebody deleted an address that a node held. */
  record Deleted(FaultyRouter router, int host, String address, long us) {}

  private interface Step {
    void run() throws Exception;
  }

  private final List<FaultyHost> hosts;
  private final Semaphore twoAtOnce = new Semaphore(2, true);
  private final Semaphore oneCommit = new Semaphore(1, true);
  private final List<Commit> commits = new ArrayList<>();
  private final List<Deleted> deleted = new ArrayList<>();

  FaultDriver(List<FaultyHost> hosts) {
    this.hosts = hosts;
  }

  /** Returns when all of them are over. */
  void play(List<Fault> faults) {
    long beganNs = System.nanoTime();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Fault fault : faults) {
      pause(beganNs + fault.afterMs() * 1_000_000L - System.nanoTime());
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  one(fault);
                } catch (Exception e) {
                  throw new CompletionException(fault.toString(), e);
                }
              },
              task -> new Thread(task, fault.toString()).start()));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
  }

  synchronized List<Commit> commits(Spans.Span within) {
    return commits.stream().filter(it -> within.has(it.inForce.fromUs())).toList();
  }

  synchronized List<Deleted> deleted(Spans.Span within) {
    return deleted.stream().filter(it -> within.has(it.us)).toList();
  }

  private static void pause(long ns) {
    long untilNs = System.nanoTime() + ns;
    for (long left = ns; left > 0; left = untilNs - System.nanoTime()) {
      LockSupport.parkNanos(left); // the moment is what varies
    }
  }

  private void one(Fault fault) throws Exception {
    FaultyHost host = hosts.get(fault.host());
    switch (fault.kind()) {
      case KILL -> alone(host, () -> kill(host, fault));
      case STOP -> alone(host, () -> stop(host, fault));
      case FREEZE, FREEZE_LONG -> alone(host, () -> freeze(host, fault));
      case UNPLUG -> between(host, Wrong.CUT, fault, host.host::unplug, () -> plug(host));
      case LINK_DOWN -> between(host, Wrong.CUT, fault, () -> down(host), () -> up(host));
      case CUT -> between(host, Wrong.CUT, fault, host.host::cutOff, host.host::reconnect);
      case LOSS ->
          between(
              host,
              Wrong.CUT,
              fault,
              () -> host.host.lose(20 + fault.number() % 50),
              host.host::loseNothing);
      case ADDRESS -> {
        String own = FaultyHost.address(host.index) + "/24";
        between(host, Wrong.CUT_IPV4, fault, () -> delete(host, own), () -> add(host, own));
      }
      case LINK_LOCAL -> {
        alone(host, () -> loseLinkLocal(host, fault));
      }
      case DELETE -> delete(fault);
      case LOWER -> {
        host.lower(1);
        last(fault);
        host.lower(-1);
      }
      case FAIL -> {
        host.fail(1);
        last(fault);
        host.fail(-1);
      }
      case LOWER_ALL -> {
        each(fault, it -> it.lower(1));
        last(fault);
        each(fault, it -> it.lower(-1));
      }
      case FAIL_ALL -> {
        each(fault, it -> it.fail(1));
        last(fault);
        each(fault, it -> it.fail(-1));
      }
      case DRAIN -> alone(host, () -> drain(host, fault));
      case COMMIT -> commit(fault);
    }
  }

  private void alone(FaultyHost host, Step step) throws Exception {
    host.alone.lock();
    twoAtOnce.acquire();
    try {
      step.run();
    } finally {
      twoAtOnce.release();
      host.alone.unlock();
    }
  }

  private void between(FaultyHost host, Wrong wrong, Fault fault, Step begin, Step end)
      throws Exception {
    alone(
        host,
        () -> {
          long fromUs = FaultyHost.nowUs();
          begin.run();
          last(fault);
          end.run();
          host.was(wrong, fromUs, FaultyHost.nowUs());
        });
  }

  private static void last(Fault fault) {
    pause(fault.lastsMs() * 1_000_000L);
  }

  private static void kill(FaultyHost host, Fault fault) throws Exception {
    long fromUs = FaultyHost.nowUs();
    host.kill();
    host.was(Wrong.KILLED, fromUs, FaultyHost.nowUs());
    last(fault);
    host.start();
    host.was(Wrong.NO_ENGINE, fromUs, FaultyHost.nowUs());
  }

  private static void stop(FaultyHost host, Fault fault) throws Exception {
    long fromUs = FaultyHost.nowUs();
    host.stop();
    long goneUs = FaultyHost.nowUs();
    last(fault);
    host.was(Wrong.STOPPED, goneUs, FaultyHost.nowUs());
    host.start();
    host.was(Wrong.NO_ENGINE, fromUs, FaultyHost.nowUs());
  }

  private static void freeze(FaultyHost host, Fault fault) throws Exception {
    long fromUs = FaultyHost.nowUs();
    host.signal("STOP");
    last(fault);
    long thawsUs = FaultyHost.nowUs();
    host.signal("CONT");
    host.was(Wrong.FROZEN, fromUs, thawsUs);
  }

  private static void drain(FaultyHost host, Fault fault) throws Exception {
    long fromUs = FaultyHost.nowUs();
    host.drain(1);
    last(fault);
    host.drain(-1);
    host.was(Wrong.DRAINED, fromUs, FaultyHost.nowUs());
  }

  private static void plug(FaultyHost host) throws Exception {
    host.host.plug();
    awaitUp(host);
  }

  private static void down(FaultyHost host) throws Exception {
    host.host.ip("link", "set", "eth0", "down");
  }

  private static void up(FaultyHost host) throws Exception {
    host.host.ip("link", "set", "eth0", "up");
    host.host.ip("addr", "replace", host.globalIpv6(), "dev", "eth0", "nodad");
    awaitUp(host);
  }

  /** The kernel tells of carrier in its own time, and then tries the link-local address anew. */
  private static void awaitUp(FaultyHost host) throws Exception {
    Await.until(
        "carrier",
        Pair.SOON,
        () -> host.host.ip("-o", "link", "show", "dev", "eth0").contains(" state UP "));
    host.awaitLinkLocal();
  }

  private static void delete(FaultyHost host, String address) throws Exception {
    host.host.ip("addr", "del", address, "dev", "eth0");
  }

  private static void add(FaultyHost host, String address) throws Exception {
    host.host.ip("addr", "add", address, "dev", "eth0");
  }

  private static void loseLinkLocal(FaultyHost host, Fault fault) throws Exception {
    String own = host.host.linkLocal() + "/64";
    long fromUs = FaultyHost.nowUs();
    delete(host, own);
    last(fault);
    host.host.ip("addr", "add", own, "dev", "eth0", "nodad");
    host.awaitLinkLocal();
    host.was(Wrong.CUT_IPV6, fromUs, FaultyHost.nowUs());
  }

  /** From whoever holds it at the moment; nothing happens where nobody whole does. */
  private void delete(Fault fault) throws Exception {
    FaultyRouter router = FaultyRouter.TEN.get(fault.router());
    String address = router.addresses().get(fault.number() % router.addresses().size());
    for (FaultyHost host : hosts) {
      if (host.host.holds(address) && host.alone.tryLock()) {
        try {
          long us = FaultyHost.nowUs();
          String text = host.host.ip("-o", "addr", "show", "dev", "eth0", "to", address);
          if (!text.isEmpty()) {
            delete(host, text.strip().split(" +")[3]);
            synchronized (this) {
              deleted.add(new Deleted(router, host.index, address, us));
            }
          }
        } catch (IOException e) {
          // It moved at that very moment.
        } finally {
          host.alone.unlock();
        }
        return;
      }
    }
  }

  private interface OnHost {
    void run(FaultyHost host) throws Exception;
  }

  /** One host after the other, beginning somewhere, with up to a second in all between them. */
  private void each(Fault fault, OnHost step) throws Exception {
    for (int i = 0; i < 3; i++) {
      pause(i == 0 ? 0 : fault.number() * 500_000L);
      step.run(hosts.get((fault.host() + i) % 3));
    }
  }

  private void commit(Fault fault) throws Exception {
    FaultyRouter router = FaultyRouter.TEN.get(fault.router());
    oneCommit.acquire();
    try {
      each(fault, it -> it.extra(router.vrid(), true));
      long fromUs = FaultyHost.nowUs();
      last(fault);
      long untilUs = FaultyHost.nowUs();
      each(fault, it -> it.extra(router.vrid(), false));
      synchronized (this) {
        commits.add(new Commit(router, new Spans.Span(fromUs, untilUs)));
      }
    } finally {
      oneCommit.release();
    }
  }

  synchronized void forget(long beforeUs) {
    commits.removeIf(it -> it.inForce.untilUs() < beforeUs);
    deleted.removeIf(it -> it.us < beforeUs);
  }
}
