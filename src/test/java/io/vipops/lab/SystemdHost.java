package io.vipops.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A Debian machine with systemd as its first process, on the bridge of a {@link Lab}. It reboots as
 * a real one does: what is on its disk stays; processes, {@code /run}, addresses, sockets and the
 * boot id do not. Its kernel is this machine's, so sysctls other than {@code net.*} are read-only.
 */
public final class SystemdHost implements AutoCloseable {
  private static final Duration BOOT_LIMIT = Duration.ofMinutes(3);

  private final Lab lab;
  private final LabHost network;
  private final String address;
  private final Disk disk;
  private final ControlGroup group;
  private Running power;

  SystemdHost(Lab lab, LabHost network, String address, Disk disk) {
    this.lab = lab;
    this.network = network;
    this.address = address;
    this.disk = disk;
    this.group = new ControlGroup(network.namespace());
  }

  void install() throws IOException, InterruptedException {
    disk.mount();
    Files.writeString(root().resolve("etc/hostname"), network.name() + "\n");
  }

  /** Its file system, seen from outside; usable while it is off, too. */
  public Path root() {
    return disk.root();
  }

  public LabHost network() {
    return network;
  }

  /** Switches it on and returns at once. */
  public void boot() throws IOException, InterruptedException {
    lab.renew(network, address);
    String nspawn =
        "%s && exec env SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn --quiet --boot "
                .formatted(group.enter())
            + "--register=no --keep-unit --console=read-only --resolv-conf=off --timezone=off "
            + "--link-journal=no --capability=CAP_NET_ADMIN --machine=%1$s --directory=%2$s "
                .formatted(network.namespace(), root())
            + "--network-namespace-path=/run/netns/"
            + network.namespace();
    Path output = Files.createTempFile("lab-" + network.name() + "-", ".console");
    Process process =
        new ProcessBuilder("sh", "-c", nspawn)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    power = lab.started(process, output);
  }

  /** Waits until systemd has started all that it starts at boot. */
  public Duration awaitUp() throws Exception {
    Set<String> done = Set.of("running", "degraded");
    return Await.until(
        network.name() + " is up; its console: " + console(),
        BOOT_LIMIT,
        () -> done.contains(attempt("systemctl", "is-system-running", "--wait").strip()));
  }

  /** Runs a command inside, in all of its namespaces; fails when it does not exit with 0. */
  public String exec(String... command) throws IOException, InterruptedException {
    long first = firstProcess();
    if (first == 0) {
      throw new IOException(network.name() + " is off");
    }
    List<String> full =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(first), "-m", "-u", "-i", "-n", "-p", "--"));
    full.addAll(List.of(command));
    return Command.run(full);
  }

  /** As {@link #exec}; "" when it fails, or the host is off. */
  public String attempt(String... command) throws InterruptedException {
    try {
      return exec(command);
    } catch (IOException e) {
      return "";
    }
  }

  /** An orderly shutdown and a new boot; returns when the new boot has begun. */
  public void reboot() throws Exception {
    exec("systemctl", "--no-block", "reboot");
    awaitOff();
    boot();
  }

  /** As if the plug was pulled: every process is gone at once, nothing is flushed by them. */
  public void cutPower() throws Exception {
    Command.run("kill", "-9", Long.toString(firstProcess()));
    awaitOff();
  }

  /** Waits until it is off, after it was told to reboot. */
  public void awaitOff() throws Exception {
    Running machine = power;
    Await.until(
        network.name() + " is off; its console: " + console(),
        BOOT_LIMIT,
        () -> machine == null || !machine.isAlive());
  }

  /** What it printed on its console in this boot. */
  public String console() {
    return power == null ? "" : power.output();
  }

  /** The machine's process 1 as this machine numbers it; 0 when it is off. */
  private long firstProcess() {
    return power == null
        ? 0
        : ProcessHandle.of(power.pid()).stream()
            .flatMap(ProcessHandle::children)
            .mapToLong(ProcessHandle::pid)
            .findFirst()
            .orElse(0);
  }

  /** Switches it off and removes what it needed of this machine; its folder stays. */
  @Override
  public void close() {
    if (power != null) {
      power.close(); // process 1 is set to die with it
    }
    Lab.remove(network.namespace());
    try {
      Await.until(network.name() + " has ended", BOOT_LIMIT, () -> removed(group));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    disk.unmount();
  }

  private static boolean removed(ControlGroup group) {
    try {
      group.remove();
      return true;
    } catch (IOException | UncheckedIOException stillInUse) {
      return false;
    }
  }
}
