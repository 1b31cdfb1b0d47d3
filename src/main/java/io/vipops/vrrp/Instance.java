package io.vipops.vrrp;

import io.vipops.spec.Track;
import io.vipops.spec.VirtualAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router as one node runs it.
 *
 * @param virtualRouterId 1-255
 * @param version 2 or 3
 * @param address this node's own, the source of its adverts
 * @param priority base priority, 1-255
 * @param password v2 simple text password, 1-8 bytes; null: none
 * @param passwordFile read by the agent when {@code password} is null; null: none
 * @param peers the other nodes of the instance
 * @param virtualAddresses in the spec's order, which is the order in adverts
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
    List<Track> track) {

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
      @Nullable String password,
      @Nullable String passwordFile) {
    @Override
    public String toString() {
      return interfaceName + " vrid " + virtualRouterId + " v" + version;
    }
  }

  public Identity identity() {
    return new Identity(interfaceName, address, virtualRouterId, version, password, passwordFile);
  }
}
