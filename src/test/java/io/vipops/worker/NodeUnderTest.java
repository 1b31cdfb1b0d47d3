package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Fault;
import io.vipops.apply.Nginx;
import io.vipops.git.Commit;
import io.vipops.git.Mirror;
import io.vipops.git.Origin;
import io.vipops.lab.Await;
import io.vipops.probe.NginxMaster;
import io.vipops.spec.AgentConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A node in a folder: real Git, real nginx on free loopback ports, a VRRP half that takes notes.
 */
final class NodeUnderTest {
  static final Path NGINX = Path.of("/usr/sbin/nginx");

  final Path dir;
  final Origin origin;
  AgentConfig config;
  final int port;
  final int otherPort;
  final List<String> vrrpCalls = new CopyOnWriteArrayList<>();
  final List<String> steps = new CopyOnWriteArrayList<>();
  final Map<String, Duration> deadlines = new ConcurrentHashMap<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<String> progress = new CopyOnWriteArrayList<>();
  final List<Map<String, @Nullable Object>> reports = new ArrayList<>();
  @Nullable ApplyFailure vrrpRefuses;
  String context = "test";

  Mirror mirror;
  History history;
  Nginx nginx;
  Restoration restoration;
  Report report;
  InForce inForce;
  Verdicts verdicts;
  Reconciler reconciler;
  Upkeep upkeep;
  Rollback rollback;
  Attempts attempts;

  NodeUnderTest(Path dir) throws Exception {
    this(dir, null);
  }

  NodeUnderTest(Path dir, AgentConfig.@Nullable Verify verify) throws Exception {
    this.dir = dir;
    this.origin = Origin.create(dir);
    try (ServerSocket one = free();
        ServerSocket two = free();
        ServerSocket three = free()) {
      port = one.getLocalPort();
      otherPort = two.getLocalPort();
      config =
          new AgentConfig(
              "lb01",
              new AgentConfig.Source(
                  origin.url(),
                  "main",
                  "cluster.yaml",
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(10),
                  null,
                  null,
                  verify),
              dir.resolve("state"),
              dir.resolve("run"),
              new AgentConfig.Nginx(
                  NGINX,
                  dir.resolve("etc/nginx.conf"),
                  dir.resolve("nginx.pid"),
                  "",
                  new InetSocketAddress("127.0.0.1", three.getLocalPort()),
                  dir,
                  "www-data"),
              new InetSocketAddress("127.0.0.1", 0),
              null,
              null,
              AgentConfig.EngineRun.DEFAULT,
              AgentConfig.Drift.REPAIR,
              AgentConfig.LogFormat.TEXT);
    }
    Files.createDirectories(config.stateDir());
    restart();
  }

  private static ServerSocket free() throws Exception {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** As after the worker was killed: everything in memory is new. */
  void restart() throws Exception {
    if (mirror != null) {
      mirror.close();
    }
    mirror = Mirror.open(config.stateDir().resolve("repo"), config.source());
    history = History.open(config.stateDir());
    nginx =
        new Nginx(
            config.nginx(),
            config.stateDir().resolve("current/nginx/nginx.conf"),
            Reconciler.hostOf(config).logs().resolve("error.log"),
            Duration.ofSeconds(4));
    restoration = new Restoration(config, "test", mirror, history, events::add);
    inForce = new InForce(config, nginx, new NotedVrrp(), restoration);
    report = new Report(config.source(), mirror.shownUrl(), inForce, history, reports::add);
    attempts = new Attempts(config.stateDir());
    verdicts = new Verdicts(context, inForce, history, attempts, report);
    Steps noted =
        (name, deadline) -> {
          steps.add(name);
          deadlines.put(name, deadline);
        };
    reconciler = new Reconciler(config, "test", mirror, inForce, history, noted, report, verdicts);
    rollback = new Rollback(inForce, history, verdicts, report, noted);
    upkeep = new Upkeep(inForce, history, noted, report);
  }

  /** A look at this node, whose agent runs what it should. */
  Drift drift() {
    Drift.AgentsHalf agent =
        new Drift.AgentsHalf() {
          @Override
          public List<String> compare(Path vrrpFile) {
            return List.of();
          }

          @Override
          public void restore(Path vrrpFile) {
            throw new IllegalStateException("nothing differs");
          }
        };
    return new Drift(config, inForce, nginx, restoration, agent, report, events::add);
  }

  /** As after another branch was written into agent.yaml. */
  void follow(String branch) throws Exception {
    AgentConfig.Source was = config.source();
    config =
        new AgentConfig(
            config.node(),
            new AgentConfig.Source(
                was.url(),
                branch,
                was.path(),
                was.poll(),
                was.timeout(),
                was.ssh(),
                was.https(),
                was.verify()),
            config.stateDir(),
            config.runDir(),
            config.nginx(),
            config.http(),
            config.webhook(),
            config.report(),
            config.engine(),
            config.drift(),
            config.logFormat());
    context = "test of " + branch;
    restart();
  }

  /** A spec with one server of an upstream, the settle time short. */
  String spec(int listen, String server) {
    return """
    version: 1
    cluster: web
    nodes:
      lb01: {address: 10.0.0.51, interface: eth0}
      lb02: {address: 10.0.0.52, interface: eth0}
    vrrp:
      web:
        virtual_router_id: 51
        priorities: {lb01: 100, lb02: 90}
        virtual_addresses: [10.0.0.50/24]
    upstreams:
      backend: {servers: [%s, 10.0.0.199:80]}
    listeners:
      http: {port: %d}
    routes:
      - {listeners: [http], upstream: backend}
    rollout: {settle: 200ms}
    """
        .formatted(server, listen);
  }

  String push(String spec) throws Exception {
    return origin.push("cluster.yaml", spec);
  }

  Outcome pass() throws Exception {
    return reconciler.pass(true, progress::add, commit -> false);
  }

  Outcome pass(Reconciler.NewerThan newer) throws Exception {
    return reconciler.pass(true, progress::add, newer);
  }

  NginxMaster master() {
    return NginxMaster.find(config.nginx().pid(), NGINX);
  }

  @Nullable String answeredId() {
    return io.vipops.probe.GenerationEndpoint.ask(config.nginx().endpoint(), Duration.ofSeconds(1))
        .id();
  }

  /** A reconciler for whom {@code commit} is never the newest. */
  static Reconciler.NewerThan always() {
    return (Commit commit) -> true;
  }

  /** What happens to a node while it settles. */
  interface Event {
    void happen() throws Exception;
  }

  /** The branch stays; {@code event} happens at the first look. */
  static Reconciler.NewerThan once(Event event) {
    AtomicBoolean happened = new AtomicBoolean();
    return commit -> {
      if (!happened.getAndSet(true)) {
        try {
          event.happen();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
      return false;
    };
  }

  /** Ends all. */
  void close() throws Exception {
    mirror.close();
    stopNginx();
  }

  void stopNginx() throws Exception {
    NginxMaster master = master();
    if (master.pid().isPresent()) {
      ProcessHandle process = ProcessHandle.of(master.pid().getAsLong()).orElseThrow();
      process.destroy();
      Await.until("nginx ended", Duration.ofSeconds(10), () -> !process.isAlive());
    }
  }

  private final class NotedVrrp implements Vrrp {
    @Override
    public void check(Path file) throws ApplyFailure {
      vrrpCalls.add("check " + generation(file));
      ApplyFailure refusal = vrrpRefuses;
      if (refusal != null && refusal.fault() == Fault.COMMIT) {
        throw refusal;
      }
    }

    @Override
    public void apply(Path file) throws ApplyFailure {
      vrrpCalls.add("apply " + generation(file));
      ApplyFailure refusal = vrrpRefuses;
      vrrpRefuses = null;
      if (refusal != null) {
        throw refusal;
      }
    }

    @Override
    public void nginxProven(String generation) {
      vrrpCalls.add("proven " + generation);
    }

    private String generation(Path file) {
      if (!Files.exists(file)) {
        throw new IllegalArgumentException("no file " + file);
      }
      return file.getFileName().toString().equals("vrrp.yaml")
          ? String.valueOf(file.getName(file.getNameCount() - 2))
          : String.valueOf(file.getFileName());
    }
  }
}
