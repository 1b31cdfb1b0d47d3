package io.vipops.engine;

import io.vipops.lab.LabHost;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a host sends of VRRP, as its kernel hands it to the cable; read by hand, not by us. */
final class SentAdverts {
  /**
   * One advert.
   *
   * @param source as text; {@code ttl} is the hop limit over IPv6
   */
  record Advert(
      long us,
      int vrid,
      boolean ipv6,
      int priority,
      String source,
      int ttl,
      HeardAdverts.Form form) {}

  private final Capture capture;
  private final List<Advert> adverts = new ArrayList<>();

  SentAdverts(LabHost host, Path file) throws Exception {
    capture = new Capture(host, file, "out", "ip proto 112 or ip6 proto 112");
  }

  void catchUp() throws Exception {
    for (Capture.Seen seen : capture.more()) {
      byte[] frame = seen.frame();
      boolean ipv6 = (frame[12] & 0xff) == 0x86;
      int at = HeardAdverts.message(frame, ipv6);
      byte[] source = Arrays.copyOfRange(frame, ipv6 ? 22 : 26, ipv6 ? 38 : 30);
      adverts.add(
          new Advert(
              seen.us(),
              frame[at + 1] & 0xff,
              ipv6,
              frame[at + 2] & 0xff,
              InetAddress.getByAddress(source).getHostAddress(),
              frame[ipv6 ? 21 : 22] & 0xff,
              HeardAdverts.form(frame, ipv6)));
    }
  }

  /** In the order in which they were sent. */
  List<Advert> of(FaultyRouter router, Spans.Span within) {
    return adverts.stream()
        .filter(it -> it.vrid() == router.vrid() && it.ipv6() == router.ipv6())
        .filter(it -> within.has(it.us()))
        .toList();
  }

  /** Every one, whatever router it names. */
  List<Advert> all(Spans.Span within) {
    return adverts.stream().filter(it -> within.has(it.us())).toList();
  }

  void forget(long beforeUs) {
    adverts.removeIf(it -> it.us() < beforeUs);
  }
}
