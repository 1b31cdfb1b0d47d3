package io.vipops.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance can be given beyond what every instance has; most are given none of it.
 *
 * @param trackInterfaces beside the instance's own, which always means Fault when it is down
 * @param notifications in the order in which they run
 * @param checksum of version 3 over IPv4 only
 * @param excludedAddresses move along with the virtual addresses, and are not in adverts
 * @param unicast null: adverts go to the multicast group
 * @param accept whether an Active that is not the owner takes what is sent to the addresses
 * @param virtualMac whether the addresses have the virtual router's MAC, RFC 9568 §7.3
 * @param syncGroup instances of the same one move together; null: it moves by itself
 */
public record VrrpOptions(
    Garp garp,
    List<TrackedInterface> trackInterfaces,
    List<Notify> notifications,
    ChecksumForm checksum,
    List<VirtualAddress> excludedAddresses,
    @Nullable Unicast unicast,
    boolean accept,
    boolean virtualMac,
    @Nullable String syncGroup) {
  public static final VrrpOptions DEFAULT =
      new VrrpOptions(
          Garp.DEFAULT,
          List.of(),
          List.of(),
          ChecksumForm.AUTO,
          List.of(),
          null,
          true,
          false,
          null);

  /** The same but for that. */
  public VrrpOptions with(Unicast other) {
    return new VrrpOptions(
        garp,
        trackInterfaces,
        notifications,
        checksum,
        excludedAddresses,
        other,
        accept,
        virtualMac,
        syncGroup);
  }
}
