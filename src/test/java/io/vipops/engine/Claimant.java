package io.vipops.engine;

import io.vipops.linux.LinkSocket;
import io.vipops.vrrp.NeighborAdvertisement;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;

/** Says five times a second on eth0 that an IPv6 address is here, until it is ended. */
final class Claimant {
  private Claimant() {}

  /** Argument: the address. */
  public static void main(String[] arguments) throws Exception {
    NetworkInterface eth0 = NetworkInterface.getByName("eth0");
    Inet6Address address = (Inet6Address) InetAddress.getByName(arguments[0]);
    byte[] frame = NeighborAdvertisement.unsolicited(eth0.getHardwareAddress(), address, false);
    try (LinkSocket lan = new LinkSocket()) {
      for (int n = 0; n < 300; n++) {
        lan.send(frame, eth0.getIndex());
        Thread.sleep(200);
      }
    }
  }
}
