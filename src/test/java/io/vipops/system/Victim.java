package io.vipops.system;

import io.vipops.lab.Control;
import io.vipops.lab.GitServers;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One agent with a VIP of its own, and what its Git server will do to it.
 *
 * @param n from 1; addresses, port and VRID follow from it
 * @param scheme of {@code source.url}
 * @param mode of the proxy before the server
 * @param target the port behind the proxy while it is bad
 * @param folder of the whole test
 */
record Victim(int n, String scheme, String mode, int target, Path folder) {
  private static final int FIRST_PORT = 7000;

  String name() {
    return "n%02d".formatted(n);
  }

  String address() {
    return "10.0.0." + (20 + n);
  }

  String vip() {
    return "10.0.0." + (150 + n);
  }

  int port() {
    return FIRST_PORT + n;
  }

  /**
   * {@code source.timeout}, seconds: the default where a question is dripped, for there is another
   * beside it then. A fetch has none beside it, and the next look waits for its end.
   */
  int timeoutS() {
    return mode.equals("drip") || mode.equals("silent") ? 30 : 5;
  }

  int realTarget() {
    return switch (scheme) {
      case "git" -> GitServers.GIT;
      case "ssh" -> GitServers.SSH;
      default -> GitServers.TLS;
    };
  }

  @Override
  public String toString() {
    return scheme + " " + mode + (target == realTarget() ? "" : " " + target);
  }

  private Path home() {
    return folder.resolve(name());
  }

  String spec(int weight) {
    return """
    version: 1
    cluster: %1$s
    nodes: {%1$s: {address: %2$s, interface: eth0}}
    vrrp:
      web:
        virtual_router_id: %3$d
        priorities: {%1$s: 100}
        virtual_addresses: [%4$s/24]
    upstreams:
      backend: {servers: [{address: "10.0.0.101:80", weight: %5$d}, 10.0.0.102:80]}
    listeners:
      http: {port: 80}
    routes:
      - {listeners: [http], upstream: backend}
    rollout: {settle: 500ms}
    """
        .formatted(name(), address(), n, vip(), weight);
  }

  Running start(Lab lab, GitServers servers) throws IOException, InterruptedException {
    Path home = Files.createDirectories(home().resolve("log")).getParent();
    Path known = home.resolve("known_hosts");
    servers.know(known, port());
    boolean overSsh = scheme.equals("ssh");
    String way =
        switch (scheme) {
          case "ssh" -> ", ssh: {key: %s, known_hosts: %s}".formatted(servers.deployKey(), known);
          case "https" -> ", https: {ca_file: %s}".formatted(servers.caFile());
          default -> "";
        };
    Path config = home.resolve("agent.yaml");
    Files.writeString(
        config,
        """
        version: 1
        node: %1$s
        source: {url: "%2$s://%3$s10.0.0.2:%4$d%5$s", path: %1$s.yaml, poll: 15s, timeout: %8$ds%6$s}
        state_dir: %7$s/state
        run_dir: %7$s/run
        nginx: {config: %7$s/nginx.conf, pid: %7$s/nginx.pid, log_dir: %7$s/log, service: ""}
        """
            .formatted(
                name(),
                scheme,
                overSsh ? "root@" : "",
                port(),
                overSsh ? servers.bare().toString() : "/lb.git",
                way,
                home,
                timeoutS()));
    LabHost host = lab.host(name(), address() + "/24");
    Path launcher = Path.of("target/vipops/bin/vipops").toAbsolutePath();
    return host.start(launcher.toString(), "agent", "--config", config.toString());
  }

  /** Whether {@code commit} is in force, and nginx answers with it. */
  boolean proven(String commit) throws IOException {
    Path journal = home().resolve("state/journal");
    if (!Files.exists(journal)) {
      return false;
    }
    String text = Files.readString(journal);
    return text.contains(commit) && (text.contains("\"settle\"") || text.contains("\"applied\""));
  }

  /** A part of the agent's status by path; "" while there is none. */
  String status(String path) {
    return Control.status(home().resolve("run/control.sock"), path);
  }
}
