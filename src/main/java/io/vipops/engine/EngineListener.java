package io.vipops.engine;

import io.vipops.vrrp.State;

/** Hears what happens in the engine; called on the loop thread, so it must not block. */
public interface EngineListener {
  void onTransition(String instance, State from, State to, String reason);

  /** Something a person should know of, one line: a sender with a bad checksum, two Actives. */
  void onEvent(String instance, String line);

  /** The loop ended by an error; every VIP has been withdrawn. */
  void onFailure(Throwable cause);
}
