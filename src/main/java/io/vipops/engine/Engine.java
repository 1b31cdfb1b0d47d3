package io.vipops.engine;

import io.vipops.linux.SystemCallException;
import io.vipops.linux.Urgency;
import io.vipops.netlink.AcceptTable;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the virtual routers of this node: one loop thread that owns the sockets, the timers and the
 * state machines. The methods here may be called from any thread.
 */
public final class Engine implements AutoCloseable {
  /** A stop hands over within 5 s at most. */
  private static final long CLOSE_MS = 8000;

  private static final long ANSWER_MS = 2000;

  private final Bulletin bulletin;
  final Loop loop;
  private final Thread thread;
  private final Sysctl sysctl = new Sysctl();
  private final AcceptMode acceptMode;
  private final VirtualMacs virtualMacs;
  private volatile List<InstanceStatus> lastStatus = List.of();
  private volatile Lateness lastLateness = new Lateness(0);

  private Engine(Bulletin bulletin, Loop loop) {
    this.bulletin = bulletin;
    this.loop = loop;
    acceptMode = new AcceptMode(bulletin);
    virtualMacs = new VirtualMacs(bulletin);
    thread = new Thread(loop, "vipops-vrrp");
    // Without the rest of the agent nobody would be left to end it: then its leases shall.
    thread.setDaemon(true);
  }

  /**
   * Opens what the loop needs and starts its thread.
   *
   * @throws EngineException when this process may not (CAP_NET_RAW, CAP_NET_ADMIN)
   */
  public static Engine start(EngineListener listener) {
    return start(listener, Heartbeat.NONE, null);
  }

  /**
   * As {@link #start(EngineListener)}.
   *
   * @param heartbeat given by the loop's thread
   * @param recorder gets every event; null: nobody does
   */
  public static Engine start(
      EngineListener listener, Heartbeat heartbeat, @Nullable Recorder recorder) {
    Bulletin bulletin = new Bulletin(listener);
    try {
      Engine engine = new Engine(bulletin, new Loop(bulletin, heartbeat, recorder));
      engine.thread.start();
      return engine;
    } catch (SystemCallException e) {
      bulletin.close();
      throw new EngineException("the VRRP engine cannot start: " + e.getMessage());
    }
  }

  /**
   * What keeps {@code instances} from running on this host, one line each: an interface that does
   * not exist, an address that is not on it. Empty: nothing.
   */
  public List<String> dryRun(List<Instance> instances) {
    return HostCheck.problems(instances);
  }

  /**
   * Takes a new set of instances into force by its difference to the present one; completes when
   * the kernel has it, exceptionally with the line to report when it could not. Reads password
   * files on the calling thread.
   *
   * @param standings by instance name, one for each
   */
  public CompletableFuture<Void> apply(List<Instance> instances, Map<String, Standing> standings) {
    List<Configured> configured = new ArrayList<>();
    try {
      for (Instance it : instances) {
        configured.add(HostCheck.requireSendable(Secrets.resolve(it)));
      }
    } catch (EngineException e) {
      return CompletableFuture.failedFuture(e);
    }
    Map<String, Standing> now = Map.copyOf(standings);
    for (Instance it : instances) {
      if (!now.containsKey(it.name())) {
        throw new IllegalArgumentException("no standing for instance " + it.name());
      }
    }
    Set<AcceptTable.Dropped> dropped;
    List<VirtualMacs.Wanted> macs;
    try {
      macs = virtualMacs.prepare(instances);
      dropped = acceptMode.prepare(instances);
    } catch (EngineException e) {
      return CompletableFuture.failedFuture(e);
    }
    Set<String> prepared = sysctl.prepare(instances);
    CompletableFuture<Void> applied =
        order(
            (nowNs, done) -> {
              List<String> unused = loop.troubles();
              loop.routers().apply(configured, now, nowNs);
              List<String> troubles = loop.troubles();
              loop.whenSettled(
                  () -> {
                    if (troubles.isEmpty()) {
                      done.complete(null);
                    } else {
                      done.completeExceptionally(new EngineException(String.join("; ", troubles)));
                    }
                  });
            });
    var unused =
        applied.thenRunAsync(
            () -> {
              sysctl.settle(prepared);
              acceptMode.settle(dropped);
              virtualMacs.settle(macs);
            });
    return applied;
  }

  /**
   * What was learned of the peers in an earlier run; for instances that are applied from now on.
   *
   * @param checksums by {@link InstanceStatus#router}
   */
  public void learned(Map<String, Checksum> checksums) {
    Map<String, Checksum> forms = Map.copyOf(checksums);
    var unused =
        order(
            (nowNs, done) -> {
              loop.routers().learned(forms);
              done.complete(null);
            });
  }

  /** Tells instances, by name, what this node now thinks of itself. */
  public void standing(Map<String, Standing> standings) {
    Map<String, Standing> now = Map.copyOf(standings);
    var unused =
        order(
            (nowNs, done) -> {
              loop.routers().standing(now, nowNs);
              done.complete(null);
            });
  }

  /**
   * Has the loop go before every thread of the host that is not real-time (SCHED_RR); returns when
   * it does.
   *
   * @param priority 1-99
   * @throws EngineException when this process may not
   */
  public void realtime(int priority) {
    CompletableFuture<Void> asked =
        order(
            (nowNs, done) -> {
              try {
                Urgency.realtime(priority);
                done.complete(null);
              } catch (SystemCallException e) {
                throw new EngineException(String.valueOf(e.getMessage()));
              }
            });
    String refusal =
        asked
            .handle((done, failure) -> failure == null ? "" : String.valueOf(failure.getMessage()))
            .join();
    if (!refusal.isEmpty()) {
      throw new EngineException(refusal);
    }
  }

  /** One snapshot of every instance; the last one once the loop has ended. */
  public List<InstanceStatus> status() {
    boolean unused =
        awaited(
            order(
                (nowNs, done) -> {
                  lastStatus = loop.routers().status();
                  lastLateness = loop.lateness(nowNs);
                  done.complete(null);
                }));
    return lastStatus; // the last one it is, where none came
  }

  /** How late adverts were sent, as of the last {@link #status}. */
  public AdvertLateness lateness() {
    return lastLateness.summary();
  }

  /**
   * Addresses of instances that are not Active, which somebody else put on this host: two nodes
   * would answer for them. A line each.
   */
  public List<String> strays() {
    List<String> lines = new ArrayList<>();
    CompletableFuture<Void> asked =
        order(
            (nowNs, done) -> {
              lines.addAll(loop.strays(false, nowNs));
              done.complete(null);
            });
    return awaited(asked) ? List.copyOf(lines) : List.of();
  }

  /** Takes {@link #strays} off. */
  public void takeOffStrays() {
    var unused =
        order(
            (nowNs, done) -> {
              List<String> unusedLines = loop.strays(true, nowNs);
              done.complete(null);
            });
  }

  private static boolean awaited(CompletableFuture<Void> asked) {
    try {
      asked.get(ANSWER_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Hands over every VIP, removes it and ends the loop; returns when that is done. */
  @Override
  public void close() {
    var unused =
        order(
            (nowNs, done) -> {
              loop.stop(nowNs);
              done.complete(null);
            });
    try {
      thread.join(CLOSE_MS);
      if (!thread.isAlive()) {
        sysctl.restore();
        acceptMode.close();
        virtualMacs.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    bulletin.close();
  }

  private interface Task {
    void run(long nowNs, CompletableFuture<Void> done) throws SystemCallException;
  }

  private CompletableFuture<Void> order(Task task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Consumer<Throwable> refuse =
        cause ->
            done.completeExceptionally(
                new EngineException("the VRRP engine has ended: " + cause.getMessage()));
    loop.submit(
        new Loop.Order() {
          @Override
          public void run(long nowNs) throws SystemCallException {
            try {
              task.run(nowNs, done);
            } catch (EngineException e) {
              done.completeExceptionally(e); // refused before anything was changed
            } catch (SystemCallException | RuntimeException e) {
              refuse(e);
              throw e;
            }
          }

          @Override
          public void refuse(Throwable cause) {
            refuse.accept(cause);
          }
        });
    return done;
  }
}
