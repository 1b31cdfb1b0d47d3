package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipops.lab.Await;
import io.vipops.lab.Command;
import io.vipops.probe.NginxMaster;
import io.vipops.spec.AgentConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host in a folder: real nginx, whose configuration is given to vipops and taken back. */
@Tag("root")
class AdoptionTest {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String ID = "0123456789ab";

  @TempDir private Path dir;
  private final List<String> said = new ArrayList<>();
  private final List<String> warned = new ArrayList<>();
  private Path conf;
  private int theirs;
  private int endpoint;
  private AgentConfig.Nginx config;
  private Adoption adoption;
  private Generations generations;
  private Nginx nginx;

  @BeforeEach
  void create() throws Exception {
    conf = dir.resolve("etc/nginx.conf");
    Files.createDirectories(dir.resolve("etc"));
    Files.createDirectories(dir.resolve("run"));
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      theirs = one.getLocalPort();
      endpoint = two.getLocalPort();
    }
    config =
        new AgentConfig.Nginx(
            NGINX,
            conf,
            dir.resolve("run/nginx.pid"),
            "",
            new InetSocketAddress("127.0.0.1", endpoint),
            dir.resolve("log"),
            "www-data");
    Path state = dir.resolve("state");
    adoption = new Adoption(config, state);
    generations = new Generations(state);
    Path current = state.resolve("current/nginx/nginx.conf");
    nginx = new Nginx(config, current, dir.resolve("error.log"), SOON);
    Path ours = state.resolve("generations/" + ID + "/nginx/nginx.conf");
    Files.createDirectories(ours.getParent());
    Files.writeString(
        ours,
        """
        pid %s; error_log %s;
        events {}
        http { access_log off; server { listen 127.0.0.1:%d;
          location = /generation { return 200 "%s\\n"; } } }
        """
            .formatted(config.pid(), dir.resolve("error.log"), endpoint, ID));
  }

  @AfterEach
  void end() throws Exception {
    NginxMaster master = nginx.master();
    if (master.pid().isPresent()) {
      // Not KILL: its workers would outlive it.
      long pid = master.pid().getAsLong();
      Command.run("kill", "-TERM", Long.toString(pid));
      Await.until(
          "nginx has ended",
          SOON,
          () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }
  }

  private void writeOriginal() throws Exception {
    Files.writeString(
        conf,
        """
        # the distribution's
        pid %s; # listen 1;
        error_log %s;
        events {}
        http { access_log %s; server { listen 127.0.0.1:%d; } }
        """
            .formatted(
                config.pid(), dir.resolve("run/error.log"), dir.resolve("run/access.log"), theirs));
  }

  private void apply() throws Exception {
    generations.switchTo(ID);
    Nginx.Way unused = nginx.converge(ID, true, false);
  }

  private boolean adopt() throws Exception {
    return adoption.adopt(new Adoption.Manner(false, said::add, warned::add));
  }

  private boolean unadopt(boolean force) throws Exception {
    return adoption.unadopt(force, new Adoption.Manner(false, said::add, warned::add));
  }

  private boolean answers(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  /** Every file of the host, and of its configuration all that could be seen to have changed. */
  private Map<String, String> host() throws Exception {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(it -> !Files.isDirectory(it)).toList()) {
        Path name = dir.relativize(file);
        if (name.startsWith("etc")) {
          all.put(name.toString(), seen(file));
        } else if (name.startsWith("run")) {
          all.put(name.toString(), "");
        }
      }
    }
    return all;
  }

  private static String seen(Path file) throws Exception {
    return Files.readAttributes(
                file, "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS)
            .toString()
        + (Files.isSymbolicLink(file) ? Files.readSymbolicLink(file) : Files.readString(file));
  }

  @Test
  void aRunningNginxIsNamedAdoptedAppliedAndGivenBackWithOneMasterAllAlong() throws Exception {
    writeOriginal();
    Command.run(NGINX.toString(), "-c", conf.toString());
    Await.until("nginx runs", SOON, nginx::isRunning);
    long master = nginx.master().pid().getAsLong();
    Map<String, String> before = host();
    assertThat(catchThrowableOfType(ApplyFailure.class, this::apply).fault())
        .isEqualTo(Fault.NOT_ADOPTED);
    assertThat(conf).isRegularFile();

    assertThat(adopt()).isTrue();
    assertThat(said.get(0))
        .startsWith("nginx ")
        .contains("nginx master " + master + " runs")
        .endsWith("; its configuration listens on 127.0.0.1:" + theirs);
    assertThat(adopt()).as("twice").isFalse();
    apply();
    assertThat(nginx.answer().id()).isEqualTo(ID);
    assertThat(adopt()).as("once it is our link").isFalse();

    assertThat(unadopt(false)).isTrue();
    Await.until("their own port", SOON, () -> answers(theirs));
    assertThat(nginx.answer().id()).isNull();
    assertThat(nginx.master().pid()).hasValue(master);
    assertThat(host()).isEqualTo(before);
    assertThat(generations.current()).isEmpty();
    assertThat(unadopt(false)).as("twice").isFalse();
    assertThat(said).last().asString().contains("is not adopted");
  }

  @Test
  void lookingAtAnNginxThatDoesNotRunLeavesNoTrace() throws Exception {
    writeOriginal();
    Map<String, String> before = host();
    assertThat(adopt()).isTrue();
    assertThat(said.get(0)).contains("no nginx master");
    assertThat(unadopt(false)).isTrue();
    assertThat(host()).isEqualTo(before);
  }

  @Test
  void aDryRunSaysWhatWouldBeAndDoesNothing() throws Exception {
    writeOriginal();
    Map<String, String> before = host();
    Adoption.Manner dry = new Adoption.Manner(true, said::add, warned::add);
    assertThat(adoption.adopt(dry)).isTrue();
    assertThat(said).last().asString().startsWith("would be: " + conf);
    assertThat(host()).isEqualTo(before);
    adopt();
    before = host();
    assertThat(adoption.unadopt(false, dry)).isTrue();
    assertThat(host()).isEqualTo(before);
  }

  @Test
  void whereThereWasNoFileTheLinkGoesAndOurNginxIsStopped() throws Exception {
    assertThat(adopt()).as("nothing to adopt").isFalse();
    apply();
    ProcessHandle master = ProcessHandle.of(nginx.master().pid().getAsLong()).orElseThrow();
    assertThat(unadopt(false)).isTrue();
    assertThat(master.isAlive()).isFalse();
    assertThat(said).anyMatch(it -> it.contains("there was none before vipops"));
    assertThat(said).anyMatch(it -> it.contains("ran only what vipops gave it: stopped"));
    assertThat(host()).isEmpty();
  }

  @Test
  void anOriginalThatNginxDoesNotAcceptIsLeftUnlessForced() throws Exception {
    writeOriginal();
    adopt();
    apply();
    Path kept = conf.resolveSibling("nginx.conf.before-vipops");
    Files.writeString(kept, Files.readString(kept) + "nonsense;\n");
    ApplyFailure refused = catchThrowableOfType(ApplyFailure.class, () -> unadopt(false));
    assertThat(refused.line()).contains("does not accept the original", "nonsense", "--force");
    assertThat(conf).isSymbolicLink();
    assertThat(nginx.answer().id()).isEqualTo(ID);
    Files.writeString(kept, Files.readString(kept).replace("nonsense;\n", ""));
    assertThat(unadopt(false)).isTrue();
    assertThat(nginx.answer().id()).isNull();
  }

  @Test
  void aRunThatDiedAfterTheRenameIsFinishedByTheNext() throws Exception {
    writeOriginal();
    adopt();
    apply();
    new NginxLink(conf, dir.resolve("state/current/nginx/nginx.conf")).unadopt();
    assertThat(nginx.answer().id()).isEqualTo(ID);
    assertThat(unadopt(false)).isTrue();
    assertThat(nginx.answer().id()).isNull();
    assertThat(answers(theirs)).isTrue();
    assertThat(generations.current()).isEmpty();
  }

  @Test
  void anNginxThatDoesNotAnswerIsToldAllTheSame() throws Exception {
    writeOriginal();
    adopt();
    apply();
    // Its workers are stopped, as if too busy for the one question.
    long master = nginx.master().pid().getAsLong();
    List<String> workers =
        Command.run("pgrep", "-P", Long.toString(master)).strip().lines().toList();
    try {
      signal("STOP", workers);
      assertThat(nginx.answer().id()).isNull();
      assertThat(unadopt(false)).isTrue();
      Await.until("it reads the original", SOON, () -> answers(theirs));
    } finally {
      signal("CONT", workers);
    }
    Await.until("our workers are gone", SOON, () -> nginx.answer().id() == null);
    assertThat(nginx.master().pid()).hasValue(master);
  }

  private static void signal(String name, List<String> pids) throws Exception {
    for (String pid : pids) {
      Command.run("kill", "-" + name, pid);
    }
  }

  @Test
  void aFileThatTookOurPlaceIsNotOverwrittenUnlessForced() throws Exception {
    writeOriginal();
    adopt();
    apply();
    Files.delete(conf);
    Files.writeString(conf, "# by hand\n");
    assertThat(catchThrowableOfType(ApplyFailure.class, () -> unadopt(false)).line())
        .contains("was changed by somebody else", "--force");
    assertThat(conf).hasContent("# by hand");
    assertThat(unadopt(true)).isTrue();
    assertThat(conf).content().startsWith("# the distribution's");
    assertThat(conf.resolveSibling("nginx.conf.replaced-by-vipops")).hasContent("# by hand");
  }

  @Test
  void anNginxWithAnotherPidFileThanAgentYamlSaysIsNotAdopted() throws Exception {
    writeOriginal();
    Files.writeString(conf, Files.readString(conf).replace("run/nginx.pid", "run/another.pid"));
    Map<String, String> before = host();
    assertThat(catchThrowableOfType(ApplyFailure.class, this::adopt).line())
        .contains("another.pid", "but agent.yaml says nginx.pid: " + config.pid());
    assertThat(host()).isEqualTo(before);
  }
}
