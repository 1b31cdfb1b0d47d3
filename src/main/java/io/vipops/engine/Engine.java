package io.vipops.engine;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Runs the virtual routers of this node: one loop thread that owns the sockets, the timers and the
 * state machines. The methods here may be called from any thread.
 */
public final class Engine implements AutoCloseable {

  /** Opens what the loop needs and starts its thread. */
  public static Engine start(EngineListener listener) {
    throw new UnsupportedOperationException();
  }

  /**
   * What keeps {@code instances} from running on this host, one line each: an interface that does
   * not exist, an address that is not on it. Empty: nothing.
   */
  public List<String> dryRun(List<Instance> instances) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a new set of instances into force by its difference to the present one; completes when
   * the kernel has it, exceptionally with the line to report when it could not.
   */
  public CompletableFuture<Void> apply(List<Instance> instances, Map<String, Standing> standings) {
    throw new UnsupportedOperationException();
  }

  /** Tells instances, by name, what this node now thinks of itself. */
  public void standing(Map<String, Standing> standings) {
    throw new UnsupportedOperationException();
  }

  /** One snapshot of every instance. */
  public List<InstanceStatus> status() {
    throw new UnsupportedOperationException();
  }

  /** Hands over every VIP, removes it and ends the loop; returns when that is done. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
