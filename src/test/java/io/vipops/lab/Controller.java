package io.vipops.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A lab host from which machines are run as an administrator does: Ansible over SSH, and a Git
 * server (sshd) that the machines fetch from. All keys are made here.
 */
public final class Controller {
  private final LabHost host;
  private final String address;
  private final Path folder;

  private Controller(LabHost host, String address, Path folder) {
    this.host = host;
    this.address = address;
    this.folder = folder;
  }

  /** Makes keys and an empty repository {@code lb.git} in {@code folder}, and starts sshd. */
  public static Controller create(Lab lab, String address, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Controller it = new Controller(lab.host("ctl", address + "/24"), address, folder);
    for (String key : List.of("admin", "deploy", "server")) {
      Command.run("ssh-keygen", "-qt", "ed25519", "-N", "", "-C", key, "-f", it.path(key));
    }
    Files.writeString(
        folder.resolve("sshd_config"),
        """
        HostKey %1$s/server
        AuthorizedKeysFile %1$s/deploy.pub
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        """
            .formatted(folder));
    Files.createDirectories(Path.of("/run/sshd"));
    it.host.start("/usr/sbin/sshd", "-D", "-e", "-f", it.path("sshd_config"));
    Cluster.git(folder, "init", "-q", "--bare", "-b", "main", "lb.git");
    Cluster.git(folder, "init", "-q", "-b", "main", "lb");
    Cluster.git(it.work(), "remote", "add", "origin", it.path("lb.git"));
    return it;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** The administrator's working copy. */
  public Path work() {
    return folder.resolve("lb");
  }

  /** Lets the administrator log in to a machine as root, before its first boot. */
  public void admit(SystemdHost machine) throws IOException {
    Path keys = Files.createDirectories(machine.root().resolve("root/.ssh"));
    Files.copy(folder.resolve("admin.pub"), keys.resolve("authorized_keys"));
    Files.writeString(
        folder.resolve("known_hosts"),
        "* " + Files.readString(machine.root().resolve("etc/ssh/ssh_host_ed25519_key.pub")));
  }

  /** Commits {@code spec} as cluster.yaml and pushes it; returns the commit. */
  public String push(String spec) throws IOException, InterruptedException {
    Files.writeString(work().resolve("cluster.yaml"), spec);
    Cluster.git(work(), "add", "cluster.yaml");
    Cluster.git(work(), "commit", "-q", "-m", "change");
    Cluster.git(work(), "push", "-q", "origin", "main");
    return Cluster.git(work(), "rev-parse", "HEAD");
  }

  /**
   * Writes the inventory: {@code inventory.example.yml} with other values (the addresses stay), in
   * folders that lie to each other as the README's: {@code vipops/ansible}, {@code vipops/target}
   * and {@code lb}.
   */
  public Path inventory(Path deb) throws IOException {
    Path target = Files.createDirectories(folder.resolve("vipops/target"));
    Files.createSymbolicLink(target.resolve(deb.getFileName()), deb);
    Files.writeString(
        folder.resolve("git_known_hosts"),
        address + " " + Files.readString(folder.resolve("server.pub")));
    Map<String, String> values = new TreeMap<>();
    values.put(
        "ansible_user: root",
        """
        ansible_user: root
            ansible_ssh_private_key_file: %1$s/admin
            ansible_ssh_common_args: -o UserKnownHostsFile=%1$s/known_hosts -o HostKeyAlgorithms=ssh-ed25519"""
            .formatted(folder));
    values.put("vipops_0.1.0_amd64.deb", deb.getFileName().toString());
    values.put(
        "ssh://git@git.example.com/lb.git",
        "ssh://%s@%s%s/lb.git".formatted(System.getProperty("user.name"), address, folder));
    values.put("~/.ssh/vipops-deploy", path("deploy"));
    values.put(
        "ssh-keygen -F git.example.com",
        "ssh-keygen -f %s -F %s".formatted(path("git_known_hosts"), address));
    String inventory = Files.readString(Path.of("ansible/inventory.example.yml"));
    for (Map.Entry<String, String> value : values.entrySet()) {
      if (!inventory.contains(value.getKey())) {
        throw new IllegalStateException("inventory.example.yml has no " + value.getKey());
      }
      inventory = inventory.replace(value.getKey(), value.getValue());
    }
    Path at = Files.createDirectories(folder.resolve("vipops/ansible")).resolve("inventory.yml");
    return Files.writeString(at, inventory);
  }

  /** What a playbook printed and returned. */
  public record Play(int code, String output) {
    /** A number of the recap's line for a host, e.g. {@code changed}; -1 without that line. */
    public int recap(String machine, String what) {
      return output
          .lines()
          .filter(line -> line.matches(machine + "\\s+: .*"))
          .flatMap(line -> List.of(line.split("\\s+")).stream())
          .filter(word -> word.startsWith(what + "="))
          .mapToInt(word -> Integer.parseInt(word.substring(what.length() + 1)))
          .findFirst()
          .orElse(-1);
    }
  }

  /** Runs a playbook of {@code ansible/playbooks} on the inventory. */
  public Play play(String playbook, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                host.namespace(),
                "ansible-playbook",
                "-i",
                path("vipops/ansible/inventory.yml"),
                "playbooks/" + playbook));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("ansible").toAbsolutePath().toFile())
            .redirectErrorStream(true);
    builder.environment().put("ANSIBLE_HOME", path("home"));
    // Kept connections are named by the address, which another lab's machines have, too.
    builder.environment().put("ANSIBLE_SSH_CONTROL_PATH_DIR", path("home/cp"));
    builder.environment().put("ANSIBLE_NOCOLOR", "1");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Play(process.waitFor(), output);
  }
}
