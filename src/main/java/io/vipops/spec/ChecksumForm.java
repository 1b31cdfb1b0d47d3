package io.vipops.spec;

/** What the checksum of version 3 over IPv4 covers, on which implementations disagree. */
public enum ChecksumForm {
  /** As the peers do; the pseudo-header form until one was heard. */
  AUTO,
  /** The VRRP message alone (RFC 9568 §5.2.8). */
  MESSAGE,
  /** The pseudo-header too, as keepalived and FRR do. */
  PSEUDO_HEADER
}
