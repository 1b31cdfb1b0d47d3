package io.vipops.apply;

import io.vipops.probe.GenerationEndpoint;
import io.vipops.probe.NginxMaster;
import io.vipops.render.Renderer;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** This node's nginx: tests configurations, takes them into force, proves that they are. */
public final class Nginx {
  /**
   * Fresh connections in a row that must answer the new id: old workers still accept for a while.
   */
  private static final int ANSWERS_IN_A_ROW = 5;

  private static final Duration ASK = Duration.ofMillis(500);
  private static final Duration COMMAND = Duration.ofSeconds(30);

  private final AgentConfig.Nginx config;
  private final Path errorLog;
  private final Duration proofLimit;
  private final NginxLink link;
  private final NginxProcess process;

  /** How nginx came to run a generation. */
  public enum Way {
    NOTHING_TO_DO,
    RELOADED,
    STARTED
  }

  /**
   * @param current where the configuration in force is found, {@code current/nginx/nginx.conf}
   * @param errorLog nginx's error log
   * @param proofLimit how long a reload or a start may take until all workers are new
   */
  public Nginx(AgentConfig.Nginx config, Path current, Path errorLog, Duration proofLimit) {
    this.config = config;
    this.errorLog = errorLog;
    this.proofLimit = proofLimit;
    this.link = new NginxLink(config.config(), current);
    this.process = new NginxProcess(config);
  }

  /**
   * {@code nginx -t}.
   *
   * @param generation a generation's folder
   * @throws ApplyFailure of the commit if nginx refuses the file, of the host if the host lacks
   *     something
   */
  public void test(Path generation) throws ApplyFailure, InterruptedException {
    Path conf = generation.resolve(Renderer.NGINX_CONF);
    try {
      NginxVerdict.judge(Finished.run(NginxVerdict.command(config.binary(), conf), COMMAND));
    } catch (IOException e) {
      throw NginxVerdict.cannotRun(config.binary(), e);
    }
  }

  /** Whether a verified master runs. */
  public boolean isRunning() {
    return master().pid().isPresent();
  }

  /** The verified master, or why there is none. */
  public NginxMaster master() {
    return process.master();
  }

  /** Which generation nginx's workers say that they run. */
  public GenerationEndpoint.Answer answer() {
    return GenerationEndpoint.ask(config.endpoint(), ASK);
  }

  /** Whether nginx's configuration file is our link, or may become it. */
  public boolean isAdopted() {
    return isAdopted(link);
  }

  /**
   * The same without an nginx.
   *
   * @param config nginx's configuration file
   * @param current what our link in its place points at
   */
  public static boolean isAdopted(Path config, Path current) {
    return isAdopted(new NginxLink(config, current));
  }

  private static boolean isAdopted(NginxLink link) {
    try {
      return link.state() != NginxLink.State.FOREIGN;
    } catch (IOException e) {
      return false;
    }
  }

  /** What stands in the place of our link, for people; null: our link. */
  public @Nullable String linkDrift() {
    try {
      return switch (link.state()) {
        case LINKED -> null;
        case MISSING -> config.config() + " is missing";
        case ADOPTED, FOREIGN ->
            config.config()
                + " is "
                + (Files.isSymbolicLink(config.config()) ? "a link elsewhere" : "a file")
                + ", not vipops' link";
      };
    } catch (IOException e) {
      return config.config() + " cannot be read: " + e.getMessage();
    }
  }

  /**
   * Makes the link again; a file in its place is kept beside it.
   *
   * @return what was done
   * @throws ApplyFailure if the file there is not vipops' to replace
   */
  public String relink() throws ApplyFailure, IOException {
    requireAdopted();
    boolean kept = Files.exists(config.config()) && !link.isOriginal();
    link.make();
    return kept ? "linked again, the file is kept as " + link.replaced() : "linked again";
  }

  /**
   * Refuses to touch a configuration file of somebody else's.
   *
   * @throws ApplyFailure that says what to do
   */
  public void requireAdopted() throws ApplyFailure {
    if (!isAdopted()) {
      throw new ApplyFailure(
          Fault.NOT_ADOPTED,
          config.config() + " is not vipops' to change yet: run vipops adopt on this host");
    }
  }

  /**
   * Makes nginx run what {@code current} holds, and proves it by the answers of its workers:
   * reloads a running master, starts a missing one.
   *
   * @param id the generation that {@code current} points at
   * @param mayStart false: a missing master is a failure
   * @param mayTrust whether workers that answer {@code id} already are proof enough. Not while an
   *     apply is under way: a reload that nginx has not come to yet would follow
   * @throws ApplyFailure of the host, if the proof does not come
   */
  public Way converge(String id, boolean mayStart, boolean mayTrust)
      throws ApplyFailure, InterruptedException {
    requireAdopted();
    try {
      link.make();
    } catch (IOException e) {
      throw new ApplyFailure("converge: cannot link " + config.config() + ": " + e, e);
    }
    NginxMaster master = master();
    if (master.pid().isEmpty()) {
      if (!mayStart) {
        throw new ApplyFailure(Fault.HOST, "converge: " + master.text());
      }
      ErrorLog log = ErrorLog.fromNow(errorLog);
      process.start(log);
      prove(id, log, master().pid().orElse(-1), List.of());
      return Way.STARTED;
    }
    if (mayTrust && answersInARow(id)) {
      return Way.NOTHING_TO_DO;
    }
    ErrorLog log = ErrorLog.fromNow(errorLog);
    List<Long> before = NginxProcess.workers(master.pid().getAsLong());
    process.hangUp(master.pid().getAsLong());
    prove(id, log, master.pid().getAsLong(), before);
    return Way.RELOADED;
  }

  /**
   * Back to what nginx ran before vipops took its configuration over, for when there is no previous
   * generation: the file is put back, a running master reads it again.
   */
  public void release() throws ApplyFailure, InterruptedException {
    try {
      link.undo();
    } catch (IOException e) {
      throw new ApplyFailure("rollback: cannot put back " + config.config() + ": " + e, e);
    }
    NginxMaster master = master();
    if (master.pid().isPresent() && Files.exists(config.config())) {
      process.hangUp(master.pid().getAsLong());
      boolean unused = awaitSilence();
    }
  }

  /**
   * Waits until our configuration is left: the next apply must not take its last answers for its
   * own.
   *
   * @return false: it still answers after the time that a reload may take
   */
  boolean awaitSilence() throws InterruptedException {
    long deadlineNs = System.nanoTime() + proofLimit.toNanos();
    int silent = 0;
    while (silent < ANSWERS_IN_A_ROW) {
      if (System.nanoTime() - deadlineNs > 0) {
        return false;
      }
      silent = answer().id() == null ? silent + 1 : 0;
      Thread.sleep(5);
    }
    return true;
  }

  /**
   * Waits for the answers, and for the workers of before to take no more requests: one that has not
   * come to that yet may answer next. Such a one is not waited for beyond half of the limit.
   */
  private void prove(String id, ErrorLog log, long master, List<Long> before)
      throws ApplyFailure, InterruptedException {
    long deadlineNs = System.nanoTime() + proofLimit.toNanos();
    long patienceNs = deadlineNs - proofLimit.toNanos() / 2;
    while (!answersInARow(id)
        || (System.nanoTime() - patienceNs < 0
            && before.stream().anyMatch(NginxProcess::takesRequests))) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw notProven(id, log, master);
      }
      Thread.sleep(5);
    }
  }

  private ApplyFailure notProven(String id, ErrorLog log, long master) {
    List<String> complaints = log.complaintsOf(master);
    String reason = complaints.isEmpty() ? answer().text() : complaints.get(0);
    return new ApplyFailure(
        Fault.HOST,
        "converge: generation "
            + id
            + " not proven within "
            + proofLimit.toSeconds()
            + " s: "
            + reason);
  }

  private boolean answersInARow(String id) {
    for (int n = 0; n < ANSWERS_IN_A_ROW; n++) {
      if (!id.equals(answer().id())) {
        return false;
      }
    }
    return true;
  }

  /**
   * One look while settling: the master, its answer, a connection to each port.
   *
   * @return what is wrong, on one line; null: nothing
   */
  public @Nullable String unwell(String id, List<Integer> ports) {
    NginxMaster master = master();
    if (master.pid().isEmpty()) {
      return master.text();
    }
    GenerationEndpoint.Answer answer = answer();
    if (!id.equals(answer.id())) {
      return answer.text();
    }
    for (int port : ports) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), (int) ASK.toMillis());
      } catch (IOException e) {
        return "no connection to port " + port + ": " + e.getMessage();
      }
    }
    return null;
  }
}
