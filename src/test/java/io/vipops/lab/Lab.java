package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A small network of namespaces on one bridge. The bridge lives in a namespace of its own, so the
 * host's namespace sees nothing of it; names are random, so labs run side by side. Closing it ends
 * every process inside and removes every namespace, whatever state they are in. Needs root.
 *
 * <pre>
 *   [lb01 eth0]──p-lb01 ┐
 *   [lb02 eth0]──p-lb02 ├ br0   (each box a namespace)
 *   [cli  eth0]──p-cli  ┘
 * </pre>
 */
public final class Lab implements AutoCloseable {
  private final String prefix =
      "vo" + Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 36);
  private final List<LabHost> hosts = new ArrayList<>();
  private final List<SystemdHost> machines = new ArrayList<>();
  private final List<Running> running = Collections.synchronizedList(new ArrayList<>());

  private Lab() {}

  public static Lab create() throws IOException, InterruptedException {
    Lab lab = new Lab();
    try {
      Command.run("ip", "netns", "add", lab.bridge());
      lab.onBridge("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
      lab.onBridge("link", "set", "br0", "up");
      return lab;
    } catch (IOException | InterruptedException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /**
   * Adds a host with one interface {@code eth0}, up and on the bridge.
   *
   * @param name at most 12 characters, unique in this lab
   * @param address with prefix length, e.g. {@code 10.0.0.51/24}
   */
  public LabHost host(String name, String address) throws IOException, InterruptedException {
    LabHost host = new LabHost(this, name);
    hosts.add(host);
    connect(host, address);
    return host;
  }

  /**
   * Adds a machine that runs systemd, not booted yet.
   *
   * @param tree the Debian tree that it boots from, which it does not change
   * @param folder what it writes; empty or missing, not on a file system of another lab host
   */
  public SystemdHost machine(String name, String address, Path tree, Path folder)
      throws IOException, InterruptedException {
    SystemdHost machine =
        new SystemdHost(this, new LabHost(this, name), address, new Disk(tree, folder));
    machines.add(machine);
    machine.install();
    return machine;
  }

  private void connect(LabHost host, String address) throws IOException, InterruptedException {
    Command.run("ip", "netns", "add", host.namespace());
    host.ip("link", "set", "lo", "up");
    cable(host, address);
  }

  /**
   * Gives a host a new, empty network, as a reboot does: no address or rule of the old one stays.
   */
  void renew(LabHost host, String address) throws IOException, InterruptedException {
    // A namespace goes in its own time; its cable's name is needed now.
    Command.attempt("ip", "-n", bridge(), "link", "del", host.port());
    remove(host.namespace());
    connect(host, address);
  }

  /** Puts a cable from a host's new {@code eth0} to the bridge. */
  void cable(LabHost host, String address) throws IOException, InterruptedException {
    onBridge(
        "link",
        "add",
        host.port(),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        host.namespace());
    onBridge("link", "set", host.port(), "master", "br0", "up");
    // No IPv6 chatter on the wire, no duplicate address detection to wait for.
    host.exec("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1");
    host.ip("addr", "add", address, "dev", "eth0");
    host.ip("link", "set", "eth0", "up");
  }

  /** Runs {@code ip} on the bridge's side. */
  String onBridge(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", bridge()));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }

  /** Loads nft rules on the bridge's side. */
  void filterOnBridge(String rules) throws IOException, InterruptedException {
    Command.runWithInput(rules, List.of("ip", "netns", "exec", bridge(), "nft", "-f", "-"));
  }

  String bridge() {
    return prefix + "-sw";
  }

  String prefix() {
    return prefix;
  }

  Running started(Process process, Path output) {
    Running it = new Running(process, output);
    running.add(it);
    return it;
  }

  /** Ends and removes everything; what is already gone is no error. */
  @Override
  public void close() {
    for (Running process : List.copyOf(running)) {
      process.close();
    }
    for (SystemdHost machine : machines) {
      machine.close();
    }
    for (LabHost host : hosts) {
      remove(host.namespace());
    }
    remove(bridge());
  }

  private static List<String> pids(String namespace) {
    return Command.attempt("ip", "netns", "pids", namespace).lines().map(String::strip).toList();
  }

  /** Daemons that left their parent are found by the namespace, which is ours alone. */
  static void remove(String namespace) {
    // Until none is left: a master that is killed after a worker of its own has started another.
    List<String> pids = pids(namespace);
    for (int round = 0; !pids.isEmpty() && round < 100; round++) {
      pids.forEach(pid -> Command.attempt("kill", "-9", pid));
      pids = pids(namespace);
    }
    Command.attempt("ip", "netns", "del", namespace);
  }
}
