package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One namespace of a {@link Lab}. */
public final class LabHost {
  private final Lab lab;
  private final String name;

  LabHost(Lab lab, String name) {
    this.lab = lab;
    this.name = name;
  }

  /** The namespace's name, for {@code ip netns exec}. */
  public String namespace() {
    return lab.prefix() + "-" + name;
  }

  String name() {
    return name;
  }

  /** The bridge's end of this host's cable. */
  String port() {
    return "p-" + name;
  }

  /** Runs a command inside and returns what it printed; fails when it does not exit with 0. */
  public String exec(String... command) throws IOException, InterruptedException {
    return Command.run(inside(List.of(command)));
  }

  /** Runs {@code ip ARGUMENTS} inside. */
  public String ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", namespace()));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }

  /**
   * Adds the interface {@code eth}N, up, with nobody at the other end of its cable: {@code cable}N,
   * here too. While that is down there is no carrier.
   */
  public void addEthernet(int n) throws IOException, InterruptedException {
    ip("link", "add", "eth" + n, "type", "veth", "peer", "name", "cable" + n);
    ip("link", "set", "cable" + n, "up");
    ip("link", "set", "eth" + n, "up");
  }

  /** Starts a command inside; its process id is the command's own. Ended with the lab. */
  public Running start(String... command) throws IOException {
    Path output = Files.createTempFile("lab-" + name + "-", ".log");
    Process process =
        new ProcessBuilder(inside(List.of(command)))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return lab.started(process, output);
  }

  /** Starts {@code mainClass} of this test's class path in a small JVM inside. */
  public Running java(Class<?> mainClass, List<String> jvmOptions, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
    command.addAll(List.of(arguments));
    return start(command.toArray(String[]::new));
  }

  /** Whether {@code address} (without prefix length) is on {@code eth0} now. */
  public boolean holds(String address) throws IOException, InterruptedException {
    return ip("-o", "addr", "show", "dev", "eth0").contains(" " + address + "/");
  }

  /** Turns IPv6 on: {@code eth0} gets its link-local address, which is tentative for a moment. */
  public void enableIpv6() throws IOException, InterruptedException {
    exec("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");
  }

  /** The address that IPv6 adverts come from. */
  public String linkLocal() throws IOException, InterruptedException {
    String lines =
        ip("-6", "-o", "addr", "show", "dev", "eth0", "scope", "link", "permanent", "-tentative");
    return lines.isEmpty() ? "" : lines.strip().split("\s+")[3].replaceFirst("/.*", "");
  }

  /** Pulls the cable: {@code eth0} loses carrier. */
  public void unplug() throws IOException, InterruptedException {
    lab.onBridge("link", "set", port(), "down");
  }

  public void plug() throws IOException, InterruptedException {
    lab.onBridge("link", "set", port(), "up");
  }

  /** Deletes {@code eth0} and makes another of the same name: another index, another MAC. */
  public void replaceInterface(String address) throws IOException, InterruptedException {
    ip("link", "del", "eth0");
    lab.cable(this, address);
  }

  /** Drops every frame from and to this host on the bridge; carrier stays. */
  public void cutOff() throws IOException, InterruptedException {
    lab.filterOnBridge(
        "table bridge cut_%1$s { chain f { type filter hook forward priority 0; iifname \"%2$s\" drop; oifname \"%2$s\" drop; }; }"
            .formatted(name, port()));
  }

  /** Ends {@link #cutOff}. */
  public void reconnect() throws IOException, InterruptedException {
    lab.filterOnBridge("delete table bridge cut_" + name);
  }

  /** Loses some of the frames from and to this host on the bridge, so many of a hundred. */
  public void lose(int percent) throws IOException, InterruptedException {
    lab.filterOnBridge(
        "table bridge lose_%1$s { chain f { type filter hook forward priority 0; iifname \"%2$s\" numgen random mod 100 < %3$d drop; oifname \"%2$s\" numgen random mod 100 < %3$d drop; }; }"
            .formatted(name, port(), percent));
  }

  /** Ends {@link #lose}. */
  public void loseNothing() throws IOException, InterruptedException {
    lab.filterOnBridge("delete table bridge lose_" + name);
  }

  private List<String> inside(List<String> command) {
    List<String> full = new ArrayList<>(List.of("ip", "netns", "exec", namespace()));
    full.addAll(command);
    return full;
  }
}
