package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control socket met by processes of real users: root, alice, who is in group vipops, and
 * mallory, who is not. The users exist in the agent's mount namespace only.
 */
@Tag("root")
class ControlUsersTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String GROUP = "4100";
  private static final List<String> ROOT = List.of();
  private static final List<String> ALICE =
      List.of("setpriv", "--reuid=4101", "--regid=4101", "--groups=" + hundredAnd(GROUP));
  private static final List<String> MALLORY =
      List.of("setpriv", "--reuid=4102", "--regid=4102", "--clear-groups");

  @TempDir Path folder;
  private Path launcher;
  private Running agent;

  private record Answer(long pid, int code, String output) {}

  @Test
  void membersOfTheGroupMayChangeSomethingAndAreNamedAndStrangersGetOneLine() throws Exception {
    try (Lab lab = Lab.create()) {
      start(lab.host("lb01", "10.0.0.51/24"));
      Path socket = folder.resolve("run/control.sock");
      Await.until("the socket is there", SOON, () -> Files.exists(socket));
      assertThat(Files.getAttribute(socket, "unix:gid")).isEqualTo(Integer.valueOf(GROUP));

      Answer drain = as(ALICE, "drain");
      assertThat(drain.code).as(drain.output).isZero();
      assertThat(agent.output()).contains("drain by alice (uid 4101, pid " + drain.pid + ")");
      Answer undrain = as(ROOT, "undrain");
      assertThat(undrain.code).as(undrain.output).isZero();
      assertThat(agent.output()).contains("undrain by root (uid 0, pid " + undrain.pid + ")");
      assertThat(as(ALICE, "status").output).contains("lb01");

      Answer shut = as(MALLORY, "drain");
      assertThat(shut.code).isEqualTo(2);
      assertThat(shut.output)
          .hasLineCount(1)
          .contains("you may not use " + socket + ": root may, and members of group vipops");

      Command.run("chmod", "666", socket.toString()); // a monitor was to be let in
      assertThat(as(MALLORY, "status").output).contains("lb01");
      Answer refused = as(MALLORY, "drain");
      assertThat(refused.code).isEqualTo(1);
      assertThat(refused.output)
          .hasLineCount(1)
          .contains("only root and members of group vipops may drain; you are mallory (uid 4102");
      assertThat(agent.output())
          .contains("drain refused to mallory (uid 4102, pid " + refused.pid + ")")
          .doesNotContain("drain by mallory");
      assertThat(as(ROOT, "status").output).doesNotContain("drained");
      System.out.printf(
          "control socket: drain by alice (a supplementary group) taken, by mallory refused with: %s%n",
          refused.output.strip());
    }
  }

  private void start(LabHost host) throws Exception {
    Command.run("chmod", "755", folder.toString());
    Command.run("cp", "-r", "target/vipops", folder.resolve("vipops").toString());
    Command.run("chmod", "-R", "a+rX", folder.resolve("vipops").toString());
    launcher = folder.resolve("vipops/bin/vipops");
    Path group = add("/etc/group", "vipops:x:" + GROUP + ":\n");
    Path passwd =
        add("/etc/passwd", "alice:x:4101:4101::/:/bin/sh\nmallory:x:4102:4102::/:/bin/sh\n");
    Path config = folder.resolve("agent.yaml");
    Files.writeString(
        config,
        """
        version: 1
        node: lb01
        source: {url: "file:///nowhere", poll: 1h}
        state_dir: %1$s/state
        run_dir: %1$s/run
        """
            .formatted(folder));
    String inside =
        "mount --bind %s /etc/group; mount --bind %s /etc/passwd; exec %s agent --config %s"
            .formatted(group, passwd, launcher, config);
    Files.createDirectory(folder.resolve("run"));
    agent = host.start("unshare", "--mount", "sh", "-ec", inside);
  }

  /** More, and with lower ids, than fit into a first guess at how many somebody has. */
  private static String hundredAnd(String group) {
    return IntStream.range(3900, 4000).mapToObj(it -> it + ",").collect(Collectors.joining())
        + group;
  }

  private Path add(String file, String lines) throws Exception {
    Path made = folder.resolve(Path.of(file).getFileName());
    Files.writeString(made, Files.readString(Path.of(file)).stripTrailing() + "\n" + lines);
    return made;
  }

  private Answer as(List<String> user, String command) throws Exception {
    List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(agent.pid()), "-m"));
    all.addAll(user);
    all.addAll(
        List.of(
            launcher.toString(),
            command,
            "--socket",
            folder.resolve("run/control.sock").toString()));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.pid(), process.waitFor(), output);
  }
}
