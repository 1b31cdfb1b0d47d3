package io.vipops.vrrp;

import io.vipops.spec.Addresses;
import io.vipops.spec.Track;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router as one node runs it.
 *
 * @param virtualRouterId 1-255
 * @param version 2 or 3
 * @param address this node's own; the source of its adverts over IPv4. Over IPv6 that is the
 *     interface's link-local address (RFC 9568 §5.1.2.1), which only the host knows
 * @param priority base priority, 1-255
 * @param password v2 simple text password, 1-8 bytes; null: none
 * @param passwordFile read by the agent when {@code password} is null; null: none
 * @param peers the other nodes of the instance
 * @param virtualAddresses of one family, in the spec's order
 * @param vipLease whole seconds; zero: none
 */
public record Instance(
    String name,
    int virtualRouterId,
    int version,
    String interfaceName,
    InetAddress address,
    int priority,
    @Nullable String password,
    @Nullable String passwordFile,
    List<Peer> peers,
    List<VirtualAddress> virtualAddresses,
    Duration advertInterval,
    boolean preempt,
    Duration preemptDelay,
    Duration vipLease,
    List<Track> track,
    VrrpOptions options) {

  /** With all options as by default. */
  public Instance(
      String name,
      int virtualRouterId,
      int version,
      String interfaceName,
      InetAddress address,
      int priority,
      @Nullable String password,
      @Nullable String passwordFile,
      List<Peer> peers,
      List<VirtualAddress> virtualAddresses,
      Duration advertInterval,
      boolean preempt,
      Duration preemptDelay,
      Duration vipLease,
      List<Track> track) {
    this(
        name,
        virtualRouterId,
        version,
        interfaceName,
        address,
        priority,
        password,
        passwordFile,
        peers,
        virtualAddresses,
        advertInterval,
        preempt,
        preemptDelay,
        vipLease,
        track,
        VrrpOptions.DEFAULT);
  }

  /**
   * Another node of the instance.
   *
   * @param priority its base priority: an advert below it says that a check failed there
   */
  public record Peer(String node, InetAddress address, int priority) {}

  /** Changing any of these makes another virtual router: the old one is removed, the new begins. */
  public record Identity(
      String interfaceName,
      InetAddress address,
      int virtualRouterId,
      int version,
      boolean ipv6,
      boolean unicast,
      boolean virtualMac,
      @Nullable String password,
      @Nullable String passwordFile) {
    @Override
    public String toString() {
      return interfaceName
          + " vrid "
          + virtualRouterId
          + " v"
          + version
          + (ipv6 ? " IPv6" : "")
          + (unicast ? " unicast" : "")
          + (virtualMac ? " virtual MAC" : "");
    }
  }

  /** All that this node holds while Active: those in adverts, and those that move along. */
  public List<VirtualAddress> movedAddresses() {
    if (options.excludedAddresses().isEmpty()) {
      return virtualAddresses;
    }
    List<VirtualAddress> all = new ArrayList<>(virtualAddresses);
    all.addAll(options.excludedAddresses());
    return all;
  }

  /**
   * The interface that one of {@link #movedAddresses} belongs on: its own, or the instance's, or
   * the one with the virtual MAC in the place of that.
   */
  public String interfaceOf(VirtualAddress vip) {
    String named = vip.interfaceName() == null ? interfaceName : vip.interfaceName();
    return options.virtualMac() && named.equals(interfaceName)
        ? virtualMac().interfaceName()
        : named;
  }

  /** The MAC of {@link #virtualAddresses}, whether it is used or not. */
  public VirtualMac virtualMac() {
    return new VirtualMac(virtualRouterId, isIpv6());
  }

  public Identity identity() {
    return new Identity(
        interfaceName,
        address,
        virtualRouterId,
        version,
        isIpv6(),
        isUnicast(),
        options.virtualMac(),
        password,
        passwordFile);
  }

  /** Whether the virtual addresses are the node's own (RFC 9568 §6.1). */
  public boolean isOwner() {
    return priority == 255;
  }

  /** Whether adverts go to each peer by itself, and count from none else. */
  public boolean isUnicast() {
    return options.unicast() != null;
  }

  /** Whether there is an IPv6 link-local address among the virtual ones. */
  public boolean hasLinkLocal() {
    return virtualAddresses.stream().anyMatch(it -> Addresses.isLinkLocal(it.prefix().address()));
  }

  /** Whether adverts go over IPv6: an instance is of the family of its virtual addresses. */
  public boolean isIpv6() {
    return !virtualAddresses.isEmpty()
        && virtualAddresses.get(0).prefix().address() instanceof Inet6Address;
  }
}
