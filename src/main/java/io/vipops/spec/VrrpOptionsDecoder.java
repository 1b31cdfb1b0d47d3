package io.vipops.spec;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The keys of one entry of {@code vrrp} that most leave out, to their record. */
final class VrrpOptionsDecoder {
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(5);
  private static final Duration LONGEST_REFRESH = Duration.ofDays(1);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  private VrrpOptionsDecoder() {}

  static VrrpOptions options(Fields in) {
    return new VrrpOptions(
        garp(in),
        trackInterfaces(in),
        notifies(in),
        checksum(in),
        VrrpDecoder.addresses(in, "excluded_addresses"),
        unicast(in),
        in.bool("accept", true),
        in.bool("virtual_mac", false),
        in.string("sync_group"));
  }

  private static @Nullable Unicast unicast(Fields in) {
    if (in.node("unicast") instanceof YamlNode.Mapping map) {
      Fields fields = in.inner(map);
      List<InetAddress> peers = new ArrayList<>();
      for (String text : fields.strings("peers")) {
        InetAddress peer = Addresses.parse(text);
        if (peer != null) { // else the schema has said so
          peers.add(peer);
        }
      }
      return new Unicast(List.copyOf(peers), fields.integer("min_ttl", 1, 255, Unicast.MIN_TTL));
    }
    return in.bool("unicast", false) ? new Unicast(List.of(), Unicast.MIN_TTL) : null;
  }

  private static Garp garp(Fields in) {
    Fields garp = in.map("garp");
    Garp byDefault = Garp.DEFAULT;
    return garp == null
        ? byDefault
        : new Garp(
            garp.integer("repeat", 1, 100, byDefault.repeat()),
            garp.duration("delay", Duration.ZERO, LONGEST_DELAY, byDefault.delay()),
            garp.duration("refresh", Duration.ZERO, LONGEST_REFRESH, byDefault.refresh()));
  }

  private static List<TrackedInterface> trackInterfaces(Fields in) {
    List<TrackedInterface> tracked = new ArrayList<>();
    for (YamlNode item : in.items("track_interfaces")) {
      Fields fields = in.longForm(item, "interface");
      String name = fields.string("interface", "");
      tracked.add(new TrackedInterface(name, fields.integer("weight", -253, 253, 0)));
    }
    return List.copyOf(tracked);
  }

  private static ChecksumForm checksum(Fields in) {
    String text = in.string("checksum", "auto");
    for (ChecksumForm form : ChecksumForm.values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(text)) {
        return form;
      }
    }
    return ChecksumForm.AUTO; // the schema has said so
  }

  private static List<Notify> notifies(Fields in) {
    List<Notify> notifies = new ArrayList<>();
    for (YamlNode item : in.items("notify")) {
      if (item instanceof YamlNode.Mapping map) {
        notifies.add(notify(in.inner(map)));
      }
    }
    return List.copyOf(notifies);
  }

  private static Notify notify(Fields in) {
    SortedSet<Notify.State> on = new TreeSet<>();
    for (String text : in.strings("on")) {
      for (Notify.State state : Notify.State.values()) {
        if (state.name().toLowerCase(Locale.ROOT).equals(text)) {
          on.add(state); // the schema has refused any other
        }
      }
    }
    return new Notify(
        Collections.unmodifiableSortedSet(on),
        List.copyOf(in.strings("command")),
        in.string("user"),
        in.duration("timeout", SHORTEST_TIMEOUT, LONGEST_TIMEOUT, Notify.DEFAULT_TIMEOUT));
  }
}
