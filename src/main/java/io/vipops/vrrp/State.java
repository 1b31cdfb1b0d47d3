package io.vipops.vrrp;

/** Where a virtual router stands on this node (RFC 9568 §6.3, with HandingOver and Fault added). */
public enum State {
  INIT,
  BACKUP,
  ACTIVE,
  /** Priority 0 was said; silent, addresses kept until a successor speaks. */
  HANDING_OVER,
  /** Cannot serve: a check of weight 0 fails, or the interface is down or gone. */
  FAULT
}
