package io.vipops.plan;

import java.util.Locale;

/** How much a change can be noticed, the least first. */
public enum Risk {
  NONE("none", "nothing is touched, clients notice nothing"),
  RELOAD("reload", "clients notice nothing; open connections have 30s to finish on old workers"),
  REBIND("rebind", "sockets open or close: a closed port refuses new connections"),
  VIP_CHANGE("VIP change", "established connections to an address that goes or moves end"),
  VRRP_IDENTITY_CHANGE(
      "VRRP identity change",
      "the virtual router starts anew: its VIP is away for seconds, or on two nodes, until every"
          + " node has applied");

  private final String words;
  private final String clients;

  Risk(String words, String clients) {
    this.words = words;
    this.clients = clients;
  }

  /** For people. */
  public String words() {
    return words;
  }

  /** What clients notice, in a phrase. */
  public String clients() {
    return clients;
  }

  /** For programs, e.g. {@code vip_change}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  Risk or(Risk other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
