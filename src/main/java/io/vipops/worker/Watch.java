package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Nginx;
import io.vipops.apply.Settling;
import java.time.Duration;

/** Looks at a proven generation for as long as its spec says. */
final class Watch {
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** One refused connection may be a full backlog; three looks in a row are no accident. */
  private static final int BAD_LOOKS = 3;

  private final Nginx nginx;
  private final String id;
  private final Settling settling;
  private final long endNs;

  /**
   * @param sinceNs when it was proven: a watch that goes on after a break does not begin anew
   */
  Watch(Nginx nginx, String id, Settling settling, long sinceNs) {
    this.nginx = nginx;
    this.id = id;
    this.settling = settling;
    this.endNs = sinceNs + settling.settle().toNanos();
  }

  /**
   * Watches; see {@link InForce#settle}.
   *
   * @return false: a newer commit came first
   * @throws ApplyFailure of the host, if it does not stay well
   */
  boolean toTheEnd(InForce.NewerCommit newer) throws ApplyFailure, InterruptedException {
    int bad = 0;
    long lookedNs;
    do {
      lookedNs = System.nanoTime();
      String unwell = nginx.unwell(id, settling.ports());
      bad = unwell == null ? 0 : bad + 1;
      if (bad >= BAD_LOOKS) {
        throw new ApplyFailure(Fault.HOST, "settle: generation " + id + ": " + unwell);
      }
      if (newer.isThere()) {
        return false;
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    } while (bad > 0 || lookedNs - endNs < 0);
    return true;
  }
}
