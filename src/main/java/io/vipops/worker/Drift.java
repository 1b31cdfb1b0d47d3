package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Generations;
import io.vipops.apply.Nginx;
import io.vipops.probe.GenerationEndpoint;
import io.vipops.render.Renderer;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node still is what was taken into force: {@code current}, the generation's files,
 * nginx's link and answer, the agent's half. What is not is put right, or only said. An nginx that
 * was stopped is no drift.
 */
final class Drift {
  private static final Logger LOG = LoggerFactory.getLogger(Drift.class);

  /**
   * Looks until every file is read again although nothing in the folder says that it changed: a
   * change time cannot be set by hand, but a disk may lose bytes silently.
   */
  private static final int LOOKS_PER_READING = 60;

  /** An nginx with much to do may miss one question. */
  private static final int QUESTIONS = 3;

  private final AgentConfig config;
  private final Generations generations;
  private final InForce inForce;
  private final Nginx nginx;
  private final Restoration restoration;
  private final AgentsHalf agent;
  private final Report report;
  private final Consumer<String> events;
  private String clean = "";
  private int looks;
  private String said = "";

  /** What the agent runs, against what a file says. */
  interface AgentsHalf {
    /** What differs, a line each. */
    List<String> compare(Path vrrpFile) throws ApplyFailure, InterruptedException;

    /** Makes the agent run the file again, and takes off what it must not hold. */
    void restore(Path vrrpFile) throws ApplyFailure, InterruptedException;
  }

  Drift(
      AgentConfig config,
      InForce inForce,
      Nginx nginx,
      Restoration restoration,
      AgentsHalf agent,
      Report report,
      Consumer<String> events) {
    this.config = config;
    this.generations = new Generations(config.stateDir());
    this.inForce = inForce;
    this.nginx = nginx;
    this.restoration = restoration;
    this.agent = agent;
    this.report = report;
    this.events = events;
  }

  private interface Mending {
    /** Returns what was done. */
    String run() throws IOException, ApplyFailure, InterruptedException;
  }

  /** One thing that differs, and what to do about it. */
  private record Finding(String what, Mending mending) {}

  /**
   * One look; only while nothing is under way.
   *
   * @param paused then nothing is repaired
   */
  void look(boolean paused) throws InterruptedException {
    String id = inForce.id();
    if (id == null || !inForce.isConverged() || !inForce.isSettled()) {
      return;
    }
    List<String> left = new ArrayList<>();
    String repaired = "";
    boolean repair = !paused && config.drift() == AgentConfig.Drift.REPAIR;
    for (Finding finding : findings(id)) {
      if (!repair) {
        left.add(finding.what + (paused ? " (paused: not repaired)" : " (drift: report)"));
        continue;
      }
      if (!left.isEmpty()) {
        left.add(finding.what); // what comes later is built on what comes before it
        continue;
      }
      try {
        repaired = finding.what + "; repaired: " + finding.mending.run();
        events.accept(repaired);
        LOG.warn("drift: {}", repaired);
      } catch (ApplyFailure | IOException e) {
        left.add(finding.what + "; not repaired: " + e.getMessage());
      }
    }
    say(String.join("; ", left));
    report.drifted(left, repaired);
  }

  /** What stays is said once. */
  private void say(String line) {
    if (!line.equals(said) && !line.isEmpty()) {
      events.accept(line);
      LOG.warn("drift: {}", line);
    }
    said = line;
  }

  private List<Finding> findings(String id) throws InterruptedException {
    List<Finding> all = new ArrayList<>();
    current(id, all);
    files(id, all);
    link(all);
    answer(id, all);
    agentsHalf(id, all);
    return all;
  }

  private void current(String id, List<Finding> all) {
    try {
      if (!id.equals(generations.current().orElse(null))) {
        all.add(
            new Finding(
                generations.currentText() + ", not at generations/" + id,
                () -> {
                  generations.switchTo(id);
                  return "points at generations/" + id;
                }));
      }
    } catch (IOException e) {
      LOG.debug("current: {}", e.toString()); // its folder is the state folder's trouble
    }
  }

  private void files(String id, List<Finding> all) {
    String stamp = generations.stamp(id);
    if (stamp.equals(clean) && ++looks < LOOKS_PER_READING) {
      return;
    }
    looks = 0;
    String wrong = generations.inspect(id);
    if (wrong.isEmpty()) {
      clean = stamp;
      return;
    }
    clean = "";
    all.add(
        new Finding(
            "generation " + id + ": " + wrong,
            () -> restoration.restore(id, String.valueOf(inForce.commit()))));
  }

  private void link(List<Finding> all) {
    String wrong = nginx.linkDrift();
    if (wrong != null) {
      all.add(new Finding(wrong, nginx::relink));
    }
  }

  private void answer(String id, List<Finding> all) {
    if (!nginx.isRunning()) {
      return;
    }
    GenerationEndpoint.Answer answer = nginx.answer();
    for (int n = 1; n < QUESTIONS && !id.equals(answer.id()); n++) {
      answer = nginx.answer();
    }
    // One that does not answer in time may have much to do: that is for the checks to judge.
    if (!answer.late() && !id.equals(answer.id())) {
      String what =
          answer.id() == null
              ? "nginx runs a configuration that is not vipops'"
              : "nginx runs generation " + answer.id();
      all.add(
          new Finding(
              what + ", not " + id,
              () -> {
                Nginx.Way way = inForce.converge(false);
                return way == Nginx.Way.RELOADED ? "reloaded" : "it answers " + id + " again";
              }));
    }
  }

  private void agentsHalf(String id, List<Finding> all) throws InterruptedException {
    Path file = generations.folder(id).resolve(Renderer.VRRP_YAML);
    try {
      for (String line : agent.compare(file)) {
        all.add(
            new Finding(
                line,
                () -> {
                  agent.restore(file);
                  return "as generation " + id + " says";
                }));
      }
    } catch (ApplyFailure e) {
      LOG.debug("{}", e.line()); // a file that cannot be read is a finding of its own
    }
  }
}
