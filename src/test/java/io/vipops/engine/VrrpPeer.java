package io.vipops.engine;

import io.vipops.lab.Await;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** Another implementation at work on a host, for virtual router 51. */
final class VrrpPeer {
  /** Which one; FRR puts the address on a macvlan interface that it switches on and off. */
  enum Kind {
    KEEPALIVED,
    FRR
  }

  /**
   * How it is to run.
   *
   * @param intervalMs whole seconds in version 2
   */
  record Setting(
      Kind kind, int version, boolean ipv6, boolean preempt, int priority, int intervalMs) {
    String vip() {
      return ipv6 ? "fd00::50" : Pair.VIP;
    }

    @Override
    public String toString() {
      return kind.name().toLowerCase(Locale.ROOT)
          + (" v" + version + (ipv6 ? " IPv6" : " IPv4"))
          + (version == 2 && kind == Kind.KEEPALIVED ? " PASS" : "")
          + (preempt ? " preempt" : " nopreempt");
    }
  }

  private final LabHost host;
  private final Path folder;
  private final Setting setting;
  private Running process;

  /** Prepared and started. */
  VrrpPeer(LabHost host, Path folder, Setting setting) throws Exception {
    this.host = host;
    this.folder = folder;
    this.setting = setting;
    if (setting.kind() == Kind.FRR) {
      macvlan();
      // FRR's daemons give up root for the user frr.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      Files.writeString(folder.resolve("zebra.conf"), "");
      daemon("zebra");
      Await.until("zebra", Pair.SOON, () -> Files.exists(folder.resolve("zserv.api")));
    }
    process = start();
  }

  String version() throws Exception {
    String text =
        setting.kind() == Kind.FRR
            ? host.exec("/usr/lib/frr/vrrpd", "--version")
            : host.exec("sh", "-c", "keepalived --version 2>&1");
    return text.replaceFirst("(?s)^.*?([0-9.]{5,}).*$", "$1");
  }

  void restart() throws Exception {
    process = start();
  }

  void stop() throws InterruptedException {
    process.stop();
  }

  /** Its children first: one whose parent is gone would resign and put things in order. */
  void kill() throws Exception {
    process.signal("STOP");
    ProcessHandle.of(process.pid())
        .ifPresent(it -> it.descendants().forEach(ProcessHandle::destroyForcibly));
    process.kill();
  }

  /** Has it read its configuration again; FRR is told a line of it. */
  void reload() throws Exception {
    if (setting.kind() == Kind.FRR) {
      String priority = "vrrp 51 priority " + setting.priority();
      host.exec(
          "vtysh",
          "--vty_socket",
          folder.toString(),
          "-c",
          "conf t",
          "-c",
          "interface eth0",
          "-c",
          priority);
    } else {
      process.signal("HUP");
      Pair.awaitOutput(process, "Reload");
    }
  }

  /** Whether its host serves the address, as the kernel sees it. */
  boolean holds() throws Exception {
    return setting.kind() == Kind.FRR
        ? host.ip("-o", "link", "show", "dev", "vrrp").contains("LOWER_UP")
        : host.holds(setting.vip());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() {
    return process.output();
  }

  private void macvlan() throws Exception {
    host.ip("link", "add", "vrrp", "link", "eth0", "type", "macvlan", "mode", "bridge");
    String mac = setting.ipv6() ? "00:00:5e:00:02:33" : "00:00:5e:00:01:33";
    host.ip("link", "set", "vrrp", "address", mac);
    if (setting.ipv6()) {
      host.ip("addr", "add", setting.vip() + "/64", "dev", "vrrp", "nodad");
    } else {
      host.ip("addr", "add", setting.vip() + "/32", "dev", "vrrp");
    }
    host.ip("link", "set", "vrrp", "up");
  }

  private Running start() throws Exception {
    return setting.kind() == Kind.FRR ? vrrpd() : keepalived();
  }

  private Running vrrpd() throws Exception {
    Files.writeString(
        folder.resolve("vrrpd.conf"),
        """
        interface eth0
         vrrp 51 version %d
         vrrp 51 priority %d
         vrrp 51 advertisement-interval %d
         %svrrp 51 preempt
         vrrp 51 %s %s
        """
            .formatted(
                setting.version(),
                setting.priority(),
                setting.intervalMs(),
                setting.preempt() ? "" : "no ",
                setting.ipv6() ? "ipv6" : "ip",
                setting.vip()));
    return daemon("vrrpd");
  }

  private Running daemon(String name) throws Exception {
    return host.start(
        "/usr/lib/frr/" + name,
        "-z",
        folder.resolve("zserv.api").toString(),
        "--vty_socket",
        folder.toString(),
        "-i",
        folder.resolve(name + ".pid").toString(),
        "-f",
        folder.resolve(name + ".conf").toString(),
        "-P",
        "0",
        "--log",
        "stdout");
  }

  private Running keepalived() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("keepalived.conf"),
            """
            vrrp_instance web {
              version %d
              interface eth0
              virtual_router_id 51
              priority %d
              advert_int %s
              %s
              %s
              virtual_ipaddress {
                %s/%d dev eth0
              }
            }
            """
                .formatted(
                    setting.version(),
                    setting.priority(),
                    setting.intervalMs() / 1000.0,
                    setting.preempt() ? "" : "nopreempt",
                    setting.version() == 2
                        ? "authentication {\n auth_type PASS\n auth_pass s3cret\n }"
                        : "",
                    setting.vip(),
                    setting.ipv6() ? 128 : 32));
    String pid = folder.resolve("keepalived-" + System.nanoTime()).toString();
    return host.start(
        "keepalived", "-nlDP", "-f", config.toString(), "-p", pid, "-r", pid + "-vrrp");
  }
}
