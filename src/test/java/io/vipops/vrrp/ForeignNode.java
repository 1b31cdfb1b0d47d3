package io.vipops.vrrp;

/**
 * A {@link SimulatedNode} that behaves like another implementation where that differs from ours, by
 * what was measured of it: no lease; a weight is said with the next advert, not at once; no
 * takeover because the Active is degraded, and none as a last resort; no damping.
 */
final class ForeignNode extends SimulatedNode {
  /** What answers a losing advert, and which priority the skew is made from. */
  enum Dialect {
    /** Answers a losing advert, which restarts its advert timer. */
    KEEPALIVED,
    /** Discards a losing advert; its skew is that of the configured priority. */
    FRR
  }

  private enum Role {
    BACKUP,
    MASTER,
    FAULT
  }

  private final Dialect dialect;
  private Role role = Role.BACKUP;

  /** In version 3 what the master said last; a wait is measured by it. */
  private long adoptedNs;

  private long downAtNs = Long.MAX_VALUE;
  private long restartedNs;
  private boolean resigned;
  private long advertAtNs = Long.MAX_VALUE;

  ForeignNode(SimulatedNetwork network, int index, Instance instance, Dialect dialect) {
    super(network, index, instance);
    this.dialect = dialect;
  }

  @Override
  boolean isActive() {
    return running() && role == Role.MASTER;
  }

  /** Its address has no lease: what a killed process leaves behind stays. */
  @Override
  boolean mayHold() {
    return role == Role.MASTER || !running();
  }

  @Override
  int priority() {
    return Math.max(1, instance.priority() - 30 * Math.min(lowered, 1));
  }

  @Override
  void begin() {
    release();
    role = failed > 0 || !linkUp ? Role.FAULT : Role.BACKUP;
    adoptedNs = intervalNs();
    waitAnew();
  }

  @Override
  void end() {
    leave(Role.BACKUP);
  }

  @Override
  void hear(Advertisement advert, SimulatedNode from, long atNs) {
    int theirs = advert.priority();
    long saidNs = advert.maxAdvertiseInterval().toNanos();
    if (role == Role.BACKUP && theirs == 0) {
      resigned = true;
      restartedNs = atNs;
      waitFor(skewNs());
    } else if (role == Role.BACKUP && (!instance.preempt() || theirs >= priority())) {
      adopt(saidNs, atNs);
    } else if (role == Role.MASTER && theirs == 0) {
      advertise();
    } else if (role == Role.MASTER && loses(theirs, from)) {
      release();
      move(Role.BACKUP);
      adopt(saidNs, atNs);
    } else if (role == Role.MASTER && dialect == Dialect.KEEPALIVED) {
      advertise();
    }
  }

  private boolean loses(int theirs, SimulatedNode from) {
    return theirs > priority() || (theirs == priority() && from.index > index);
  }

  private void adopt(long saidNs, long atNs) {
    adoptedNs = instance.version() == 3 ? saidNs : intervalNs();
    resigned = false;
    restartedNs = atNs;
    waitFor(3 * adoptedNs + skewNs());
  }

  private void waitAnew() {
    resigned = false;
    restartedNs = network.nowNs();
    waitFor(3 * adoptedNs + skewNs());
  }

  private void waitFor(long ns) {
    downAtNs = restartedNs + ns;
  }

  private long skewNs() {
    int of = dialect == Dialect.FRR ? instance.priority() : priority();
    return Intervals.skewNs(instance.version(), of, adoptedNs);
  }

  @Override
  void onTimer() {
    if (role == Role.BACKUP && network.nowNs() >= downAtNs) {
      advertise();
      hold(0);
      move(Role.MASTER);
    } else if (role == Role.MASTER && network.nowNs() >= advertAtNs) {
      advertise();
    }
  }

  private void advertise() {
    say(priority(), instance.advertInterval());
    advertAtNs = network.nowNs() + intervalNs();
  }

  @Override
  void onRemoved() {
    throw new AssertionError("there is no lease to run out");
  }

  @Override
  void onConditions() {
    if (failed > 0 && role != Role.FAULT) {
      leave(Role.FAULT);
    } else if (failed == 0 && role == Role.FAULT && linkUp) {
      move(Role.BACKUP);
      waitAnew();
    } else if (role == Role.BACKUP) {
      waitFor(resigned ? skewNs() : 3 * adoptedNs + skewNs());
    }
  }

  @Override
  void onLink(boolean up) {
    if (!up && role != Role.FAULT) {
      leave(Role.FAULT);
    } else {
      onConditions();
    }
  }

  @Override
  void configure(Instance next) {
    throw new AssertionError("no commit changes it");
  }

  @Override
  long nextDeadlineNs() {
    return switch (role) {
      case BACKUP -> downAtNs;
      case MASTER -> advertAtNs;
      case FAULT -> Long.MAX_VALUE;
    };
  }

  private void leave(Role to) {
    if (role == Role.MASTER) {
      say(0, instance.advertInterval());
      release();
    }
    move(to);
  }

  private void move(Role to) {
    if (to != role) {
      transitions++;
      if (network.verbose) {
        network.log(name() + " (" + dialect + ") " + role + " -> " + to);
      }
    }
    role = to;
  }

  private long intervalNs() {
    return instance.advertInterval().toNanos();
  }
}
