package io.vipops.engine;

import io.vipops.lab.LabHost;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a host that has no part in it hears of two routers; read by hand, not by our codec. */
final class HeardAdverts {
  private final Capture capture;
  private final boolean ipv6;
  private final byte[] us;

  /**
   * @param us the source of our adverts; every other is the peer
   */
  HeardAdverts(LabHost listener, Path file, boolean ipv6, byte[] us) throws Exception {
    capture = new Capture(listener, file, ipv6 ? "ip6 proto 112" : "ip proto 112");
    this.ipv6 = ipv6;
    this.us = us;
  }

  /** What the checksum of an advert covers. */
  enum Form {
    MESSAGE,
    PSEUDO_HEADER,
    BAD
  }

  /** One advert. */
  record Heard(long us, boolean ours, int priority, Form form) {}

  List<Heard> all() throws Exception {
    List<Heard> all = new ArrayList<>();
    for (Capture.Seen seen : capture.seen()) {
      byte[] frame = seen.frame();
      byte[] source = Arrays.copyOfRange(frame, ipv6 ? 22 : 26, ipv6 ? 38 : 30);
      int priority = frame[message(frame, ipv6) + 2] & 0xff;
      all.add(new Heard(seen.us(), Arrays.equals(source, us), priority, form(frame, ipv6)));
    }
    return all;
  }

  /** The forms in which one side sent, in version 2 and over IPv6 the one that there is. */
  Set<Form> forms(boolean ours) throws Exception {
    Set<Form> forms = new HashSet<>();
    all().stream().filter(it -> it.ours() == ours).forEach(it -> forms.add(it.form()));
    return forms;
  }

  /**
   * The longest time in which both were Active, in µs: each advert of one stands between two of the
   * other that are about an interval apart. A resigning one (priority 0) is not Active.
   */
  long longestBothUs(long intervalUs) throws Exception {
    List<Heard> all = all();
    long longest = 0;
    long since = -1;
    for (Heard it : all) {
      long before = nearest(all, it, -1);
      long after = nearest(all, it, 1);
      boolean both = it.priority() > 0 && before >= 0 && after >= 0;
      if (both && after - before <= 2 * intervalUs) {
        since = since < 0 ? it.us() : since;
        longest = Math.max(longest, it.us() - since);
      } else {
        since = -1;
      }
    }
    return longest;
  }

  /** When the other side was last heard before, or is next heard after; -1: never, or resigning. */
  private static long nearest(List<Heard> all, Heard of, int step) {
    for (int i = all.indexOf(of) + step; i >= 0 && i < all.size(); i += step) {
      if (all.get(i).ours() != of.ours()) {
        return all.get(i).priority() == 0 ? -1 : all.get(i).us();
      }
    }
    return -1;
  }

  /** Where the advert begins in a frame. */
  static int message(byte[] frame, boolean ipv6) {
    return ipv6 ? 54 : 14 + (frame[14] & 0xf) * 4;
  }

  static Form form(byte[] frame, boolean ipv6) {
    int at = message(frame, ipv6);
    int end =
        ipv6 ? at + ByteBuffer.wrap(frame).getShort(18) : 14 + ByteBuffer.wrap(frame).getShort(16);
    long message = sum(frame, at, end);
    long addresses = ipv6 ? sum(frame, 22, 54) : sum(frame, 26, 34);
    if (whole(message + addresses + 112 + end - at) && frame[at] >> 4 == 3) {
      return Form.PSEUDO_HEADER;
    }
    return whole(message) && !ipv6 ? Form.MESSAGE : Form.BAD;
  }

  private static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += ByteBuffer.wrap(bytes).getShort(i) & 0xffff;
    }
    return sum;
  }

  /** RFC 1071: the words add up to all ones. */
  private static boolean whole(long sum) {
    return sum > 0 && sum % 0xffff == 0;
  }
}
