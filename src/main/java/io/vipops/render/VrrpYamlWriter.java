package io.vipops.render;

import io.vipops.spec.Check;
import io.vipops.spec.Durations;
import io.vipops.spec.Probe;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes {@code vrrp.yaml} in the words of the spec. */
final class VrrpYamlWriter {
  /** The form of the file; another number where an older vipops would misread it. */
  static final int VERSION = 1;

  private final Lines lines = new Lines("  ");

  private VrrpYamlWriter() {}

  static Lines write(VrrpFile file) {
    VrrpYamlWriter writer = new VrrpYamlWriter();
    writer.file(file);
    return writer.lines;
  }

  private void file(VrrpFile file) {
    lines.add(Pointer.NONE, "# Written by vipops from the cluster spec; changes here are lost.");
    Pointer node = Pointer.of("nodes").to(file.node());
    lines.add(Pointer.NONE, "version: " + VERSION);
    lines.add(Pointer.of("cluster"), "cluster: " + YamlText.string(file.cluster()));
    lines.add(node, "node: " + YamlText.string(file.node()));
    lines.add(node.to("maintenance"), "maintenance: " + file.maintenance());
    lines.add(Pointer.of("listeners"), "listeners: " + file.listeners());
    if (!file.instances().isEmpty()) {
      lines.add(Pointer.NONE, "vrrp:");
      lines.indent();
      file.instances().forEach(instance -> instance(instance, file.node()));
      lines.outdent();
    }
    if (!file.checks().isEmpty()) {
      lines.add(Pointer.NONE, "checks:");
      lines.indent();
      file.checks().forEach(this::check);
      lines.outdent();
    }
  }

  private void instance(Instance instance, String node) {
    Pointer at = Pointer.of("vrrp").to(instance.name());
    lines.add(at, YamlText.string(instance.name()) + ":");
    lines.indent();
    add(at.to("virtual_router_id"), "virtual_router_id", instance.virtualRouterId());
    add(at.to("version"), "version", instance.version());
    add(at.to("interface"), "interface", YamlText.string(instance.interfaceName()));
    add(
        Pointer.of("nodes").to(node).to("address"),
        "address",
        YamlText.address(instance.address(), ""));
    add(at.to("priorities").to(node), "priority", instance.priority());
    authentication(at.to("authentication"), instance);
    peers(at.to("priorities"), instance);
    virtualAddresses(at.to("virtual_addresses"), instance);
    add(at.to("advert_interval"), "advert_interval", Durations.format(instance.advertInterval()));
    add(at.to("preempt"), "preempt", instance.preempt());
    add(at.to("preempt_delay"), "preempt_delay", Durations.format(instance.preemptDelay()));
    add(at.to("vip_lease"), "vip_lease", Durations.format(instance.vipLease()));
    track(at.to("track"), instance);
    VrrpOptionsYaml.write(lines, at, instance.options());
    lines.outdent();
  }

  private void authentication(Pointer at, Instance instance) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("type", "pass");
    if (instance.password() != null) {
      fields.put("password", YamlText.string(instance.password()));
    }
    if (instance.passwordFile() != null) {
      fields.put("password_file", YamlText.string(instance.passwordFile()));
    }
    if (fields.size() > 1) {
      add(at, "authentication", YamlText.map(fields));
    }
  }

  private void peers(Pointer at, Instance instance) {
    if (instance.peers().isEmpty()) {
      return;
    }
    lines.add(at, "peers:");
    lines.indent();
    for (Instance.Peer peer : instance.peers()) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("node", YamlText.string(peer.node()));
      fields.put("address", YamlText.address(peer.address(), ""));
      fields.put("priority", String.valueOf(peer.priority()));
      lines.add(at.to(peer.node()), "- " + YamlText.map(fields));
    }
    lines.outdent();
  }

  private void virtualAddresses(Pointer at, Instance instance) {
    lines.add(at, "virtual_addresses:");
    lines.indent();
    for (int i = 0; i < instance.virtualAddresses().size(); i++) {
      lines.add(at.to(i), "- " + address(instance.virtualAddresses().get(i)));
    }
    lines.outdent();
  }

  /** Short where it can be. */
  static String address(VirtualAddress vip) {
    String prefix = YamlText.address(vip.prefix().address(), "/" + vip.prefix().length());
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("address", prefix);
    if (vip.interfaceName() != null) {
      fields.put("interface", YamlText.string(vip.interfaceName()));
    }
    if (vip.label() != null) {
      fields.put("label", YamlText.string(vip.label()));
    }
    if (vip.scope() != VirtualAddress.Scope.GLOBAL) {
      fields.put("scope", vip.scope().name().toLowerCase(Locale.ROOT));
    }
    return fields.size() == 1 ? prefix : YamlText.map(fields);
  }

  private void track(Pointer at, Instance instance) {
    if (instance.track().isEmpty()) {
      return;
    }
    lines.add(at, "track:");
    lines.indent();
    for (int i = 0; i < instance.track().size(); i++) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("check", YamlText.string(instance.track().get(i).check()));
      fields.put("weight", String.valueOf(instance.track().get(i).weight()));
      lines.add(at.to(i), "- " + YamlText.map(fields));
    }
    lines.outdent();
  }

  private void check(Check check) {
    Pointer at = Pointer.of("checks").to(check.name());
    lines.add(at, YamlText.string(check.name()) + ":");
    lines.indent();
    for (Probe probe : check.probes()) {
      ProbeYaml.write(lines, at, probe);
    }
    add(at.to("interval"), "interval", Durations.format(check.interval()));
    add(at.to("timeout"), "timeout", Durations.format(check.timeout()));
    add(at.to("rise"), "rise", check.rise());
    add(at.to("fall"), "fall", check.fall());
    add(at.to("weight"), "weight", check.weight());
    lines.outdent();
  }

  private void add(Pointer at, String key, Object value) {
    lines.add(at, key + ": " + value);
  }
}
