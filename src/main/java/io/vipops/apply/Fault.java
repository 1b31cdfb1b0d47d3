package io.vipops.apply;

/**
 * Whose fault a failed apply is. The commit's: only another commit helps, so it is not tried again.
 * The host's: tried again until the cause goes. Nobody's, when nginx's configuration file is not
 * vipops' to change yet: a person has to run {@code vipops adopt}.
 */
public enum Fault {
  COMMIT,
  HOST,
  NOT_ADOPTED
}
