package io.vipops.render;

import io.vipops.spec.Addresses;
import io.vipops.spec.ChecksumForm;
import io.vipops.spec.Durations;
import io.vipops.spec.Fields;
import io.vipops.spec.Garp;
import io.vipops.spec.Notify;
import io.vipops.spec.Problem;
import io.vipops.spec.TrackedInterface;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import io.vipops.spec.YamlNode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An instance's options as keys of the instance, in the words of the spec. What is as by default is
 * not written: a vipops that learns another key changes no file of those who do not use it.
 */
final class VrrpOptionsYaml {
  private static final Duration LONGEST = Duration.ofDays(1);

  private VrrpOptionsYaml() {}

  /**
   * @param at the instance
   */
  static void write(Lines lines, Pointer at, VrrpOptions options) {
    excludedAddresses(lines, at.to("excluded_addresses"), options.excludedAddresses());
    Garp garp = options.garp();
    if (!garp.equals(Garp.DEFAULT)) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("repeat", String.valueOf(garp.repeat()));
      fields.put("delay", Durations.format(garp.delay()));
      fields.put("refresh", Durations.format(garp.refresh()));
      lines.add(at.to("garp"), "garp: " + YamlText.map(fields));
    }
    if (options.checksum() != ChecksumForm.AUTO) {
      lines.add(at.to("checksum"), "checksum: " + word(options.checksum()));
    }
    if (options.unicast() != null) {
      unicast(lines, at.to("unicast"), options.unicast());
    }
    if (!options.accept()) {
      lines.add(at.to("accept"), "accept: false");
    }
    if (options.virtualMac()) {
      lines.add(at.to("virtual_mac"), "virtual_mac: true");
    }
    trackInterfaces(lines, at.to("track_interfaces"), options.trackInterfaces());
    if (options.syncGroup() != null) {
      lines.add(at.to("sync_group"), "sync_group: " + YamlText.string(options.syncGroup()));
    }
    notifies(lines, at.to("notify"), options.notifications());
  }

  private static void excludedAddresses(Lines lines, Pointer at, List<VirtualAddress> addresses) {
    if (addresses.isEmpty()) {
      return;
    }
    lines.add(at, "excluded_addresses:");
    lines.indent();
    for (int i = 0; i < addresses.size(); i++) {
      lines.add(at.to(i), "- " + VrrpYamlWriter.address(addresses.get(i)));
    }
    lines.outdent();
  }

  private static void unicast(Lines lines, Pointer at, Unicast unicast) {
    List<String> peers = unicast.peers().stream().map(it -> YamlText.address(it, "")).toList();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("peers", YamlText.list(peers));
    fields.put("min_ttl", String.valueOf(unicast.minTtl()));
    lines.add(at, "unicast: " + YamlText.map(fields));
  }

  private static void trackInterfaces(Lines lines, Pointer at, List<TrackedInterface> tracked) {
    if (tracked.isEmpty()) {
      return;
    }
    lines.add(at, "track_interfaces:");
    lines.indent();
    for (int i = 0; i < tracked.size(); i++) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("interface", YamlText.string(tracked.get(i).name()));
      fields.put("weight", String.valueOf(tracked.get(i).weight()));
      lines.add(at.to(i), "- " + YamlText.map(fields));
    }
    lines.outdent();
  }

  private static void notifies(Lines lines, Pointer at, List<Notify> notifies) {
    if (notifies.isEmpty()) {
      return;
    }
    lines.add(at, "notify:");
    lines.indent();
    for (int i = 0; i < notifies.size(); i++) {
      Notify it = notifies.get(i);
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("on", YamlText.list(it.on().stream().map(VrrpOptionsYaml::word).toList()));
      fields.put("command", YamlText.list(it.command().stream().map(YamlText::string).toList()));
      if (it.user() != null) {
        fields.put("user", YamlText.string(it.user()));
      }
      fields.put("timeout", Durations.format(it.timeout()));
      lines.add(at.to(i), "- " + YamlText.map(fields));
    }
    lines.outdent();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static VrrpOptions read(Fields instance, List<Problem> problems) {
    return new VrrpOptions(
        garp(instance),
        readTrackInterfaces(instance),
        readNotifies(instance),
        readChecksum(instance),
        VrrpYamlReader.addresses(instance, "excluded_addresses", problems),
        readUnicast(instance),
        instance.bool("accept", true),
        instance.bool("virtual_mac", false),
        instance.string("sync_group"));
  }

  private static @Nullable Unicast readUnicast(Fields instance) {
    Fields in = instance.map("unicast");
    if (in == null) {
      return null;
    }
    List<InetAddress> peers = new ArrayList<>();
    for (YamlNode item : in.items("peers")) {
      InetAddress peer = item instanceof YamlNode.Scalar it ? Addresses.parse(it.text()) : null;
      if (peer == null || peer.isMulticastAddress()) {
        in.error("bad-value", item.at(), "a peer must be the IP address of a host");
      } else {
        peers.add(peer);
      }
    }
    if (!in.has("peers")) {
      in.error("missing-key", in.at(), "peers is missing");
    }
    Unicast unicast =
        new Unicast(List.copyOf(peers), in.integer("min_ttl", 1, 255, Unicast.MIN_TTL));
    in.done();
    return unicast;
  }

  private static ChecksumForm readChecksum(Fields instance) {
    String text = instance.string("checksum", word(ChecksumForm.AUTO));
    for (ChecksumForm form : ChecksumForm.values()) {
      if (word(form).equals(text)) {
        return form;
      }
    }
    String message = "checksum must be auto, message or pseudo_header, not " + text;
    instance.error("bad-value", instance.at("checksum"), message);
    return ChecksumForm.AUTO;
  }

  private static List<Notify> readNotifies(Fields instance) {
    List<Notify> notifies = new ArrayList<>();
    for (Fields in : instance.list("notify")) {
      List<String> command = in.strings("command");
      if (command.isEmpty() || !command.get(0).startsWith("/")) {
        in.error("bad-value", in.at("command"), "command must be an absolute path and arguments");
      }
      notifies.add(
          new Notify(
              readStates(in),
              List.copyOf(command),
              in.string("user"),
              in.duration("timeout", Duration.ofMillis(1), LONGEST, Notify.DEFAULT_TIMEOUT)));
      in.done();
    }
    return List.copyOf(notifies);
  }

  private static SortedSet<Notify.State> readStates(Fields in) {
    SortedSet<Notify.State> states = new TreeSet<>();
    List<String> texts = in.strings("on");
    for (Notify.State state : Notify.State.values()) {
      if (texts.contains(word(state))) {
        states.add(state);
      }
    }
    if (states.isEmpty() || states.size() != texts.size()) {
      in.error("bad-value", in.at("on"), "on must be some of active, backup, fault");
    }
    return Collections.unmodifiableSortedSet(states);
  }

  private static List<TrackedInterface> readTrackInterfaces(Fields instance) {
    List<TrackedInterface> tracked = new ArrayList<>();
    for (Fields in : instance.list("track_interfaces")) {
      String name = in.required("interface");
      tracked.add(new TrackedInterface(name, in.integer("weight", -253, 253, 0)));
      in.done();
    }
    return List.copyOf(tracked);
  }

  private static Garp garp(Fields instance) {
    Fields in = instance.map("garp");
    if (in == null) {
      return Garp.DEFAULT;
    }
    Garp garp =
        new Garp(
            in.integer("repeat", 1, 100, Garp.DEFAULT.repeat()),
            in.duration("delay", Duration.ZERO, LONGEST, Garp.DEFAULT.delay()),
            in.duration("refresh", Duration.ZERO, LONGEST, Garp.DEFAULT.refresh()));
    in.done();
    return garp;
  }
}
