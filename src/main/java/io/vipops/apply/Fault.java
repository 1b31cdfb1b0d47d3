package io.vipops.apply;

/**
 * Whose fault a failed apply is. The commit's: only another commit helps, so it is not tried again.
 * The host's: tried again until the cause goes.
 */
public enum Fault {
  COMMIT,
  HOST
}
