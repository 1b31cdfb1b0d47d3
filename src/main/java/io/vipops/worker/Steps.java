package io.vipops.worker;

import java.time.Duration;

/** Who wants to know what the worker is at, to end it when a step does not end by itself. */
public interface Steps {
  /**
   * A step begins, and with it the step before ends.
   *
   * @param deadline from now; zero or more
   */
  void begin(String name, Duration deadline);
}
