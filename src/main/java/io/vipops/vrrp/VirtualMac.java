package io.vipops.vrrp;

/**
 * The MAC address of a virtual router (RFC 9568 §7.3): 00-00-5E-00-01-{VRID}, of IPv6
 * 00-00-5E-00-02-{VRID}.
 *
 * @param virtualRouterId 1-255
 */
public record VirtualMac(int virtualRouterId, boolean ipv6) {
  /** Its 6 bytes. */
  public byte[] bytes() {
    return new byte[] {0, 0, 0x5e, 0, (byte) (ipv6 ? 2 : 1), (byte) virtualRouterId};
  }

  /** What that interface has while nobody here is Active: of the locally administered ones. */
  public byte[] resting() {
    byte[] other = bytes();
    other[0] = 2;
    return other;
  }

  /** The interface that has it on this host, at most 9 characters; one of keepalived's, too. */
  public String interfaceName() {
    return (ipv6 ? "vrrp6." : "vrrp.") + virtualRouterId;
  }
}
