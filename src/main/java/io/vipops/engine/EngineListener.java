package io.vipops.engine;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;

/**
 * Hears what happens in the engine, in order, on a thread that is not the loop's: it may take its
 * time, but what piles up meanwhile is dropped and counted in the end.
 */
public interface EngineListener {
  /**
   * @param instance as the configuration has it now
   * @param priority the effective one
   */
  void onTransition(Instance instance, State from, State to, String reason, int priority);

  /** Something a person should know of, one line: a sender with a bad checksum, two Actives. */
  void onEvent(String instance, String line);

  /**
   * The loop ended by an error; every VIP has been withdrawn. Comes on a thread of its own, at
   * once, whatever the other methods are doing.
   */
  void onFailure(Throwable cause);
}
