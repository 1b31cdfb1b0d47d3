package io.vipops.vrrp;

import io.vipops.spec.VirtualAddress;
import java.time.Duration;
import java.util.List;

/** Something a {@link VirtualRouter} asks for. Effects are performed in the order of their list. */
public sealed interface Effect {
  /**
   * Sends one advertisement, all virtual addresses in it.
   *
   * @param priority 0: this node stops being Active
   * @param maxAdvertiseInterval what the packet says, which need not be how often they are sent
   */
  record Advertise(int priority, Duration maxAdvertiseInterval) implements Effect {}

  /**
   * Puts addresses on the interface, or renews their lease: idempotent.
   *
   * @param lease kernel lifetime, whole seconds; zero: forever
   */
  record Hold(List<VirtualAddress> addresses, Duration lease) implements Effect {}

  /** Takes addresses off the interface and ends the sockets on them; they may not be there. */
  record Release(List<VirtualAddress> addresses) implements Effect {}

  /** Tells the LAN where addresses are now: one gratuitous ARP in request form for each. */
  record Announce(List<VirtualAddress> addresses) implements Effect {}

  /** Something a person should know of that changes no state, one line. */
  record Report(String line) implements Effect {}

  /** Records a change of state. */
  record Transition(State from, State to, String reason) implements Effect {}
}
