package io.vipops.cli;

import io.vipops.git.TextDiff;
import io.vipops.plan.Compared;
import io.vipops.plan.Plan;
import io.vipops.plan.PlanJson;
import io.vipops.plan.PlanMarkdown;
import io.vipops.plan.Side;
import io.vipops.spec.Closest;
import io.vipops.spec.Cluster;
import io.vipops.spec.Node;
import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What {@code plan} does, apart from its command line. */
final class Planning {
  static final int ERROR = 1;
  private static final int DIFFERENCES = 2;

  enum Format {
    TEXT,
    JSON,
    MARKDOWN
  }

  private final Terminal terminal;
  private final Format format;

  Planning(Terminal terminal, Format format) {
    this.terminal = terminal;
    this.format = format;
  }

  /**
   * Compares and prints; returns the exit code.
   *
   * @param node null: all
   */
  int run(PlanSides sides, @Nullable String node, boolean detailedExitCode) {
    try (sides) {
      PlanSides.Read next = sides.next();
      PlanSides.Old old = sides.old(terminal);
      if (old == null) {
        return ERROR; // agent.yaml's problems are printed already
      }
      List<String> notes = new ArrayList<>(old.notes());
      Compared compared = new Compared(old.origin(), next.origin(), notes);
      SpecReader.Reading reading = next.reading();
      if (reading.spec() == null) {
        return invalid(compared, reading.problems(), next.files());
      }
      notes.addAll(holds(old));
      String conflict = old.host().conflict(reading.spec().cluster());
      if (conflict != null && old.agent() != null) {
        notes.add(old.agent() + "'s agent refuses this spec and keeps what it runs: " + conflict);
      }
      Plan plan = Plan.between(old.side(), Side.of(reading.spec(), old.host()), TextDiff::unified);
      if (node != null) {
        TreeSet<String> nodes = new TreeSet<>();
        plan.nodes().forEach(it -> nodes.add(it.node()));
        if (!nodes.contains(node)) {
          String hint = Closest.hint(node, nodes);
          String known = hint.isEmpty() ? ": the nodes are " + String.join(", ", nodes) : hint;
          throw new UnplannableException("neither side has a node " + node + known);
        }
        plan = plan.only(node);
      }
      print(compared, plan);
      return detailedExitCode && plan.differs() ? DIFFERENCES : 0;
    } catch (UnplannableException e) {
      terminal.error(String.valueOf(e.getMessage()));
      return ERROR;
    }
  }

  /** Nodes that may run any commit from before the old side. */
  private static List<String> holds(PlanSides.Old old) {
    Cluster cluster = old.side().cluster();
    List<String> held =
        cluster == null
            ? List.of()
            : cluster.nodes().values().stream().filter(Node::hold).map(Node::name).toList();
    return held.isEmpty()
        ? List.of()
        : List.of(
            String.join(", ", held)
                + (held.size() == 1 ? " is" : " are")
                + " on hold since before "
                + old.origin().name()
                + ": what runs there is not known here, and taken to be this spec");
  }

  private void print(Compared compared, Plan plan) {
    switch (format) {
      case JSON -> terminal.json(PlanJson.of(compared, plan), true);
      case MARKDOWN -> {
        terminal.out().print(PlanMarkdown.of(compared, plan));
        terminal.out().flush();
      }
      case TEXT -> new PlanText(terminal).print(compared, plan);
    }
  }

  private int invalid(
      Compared compared, List<Problem> problems, List<SpecReader.SourceFile> files) {
    SourceLines lines = new SourceLines(files);
    if (format == Format.JSON) {
      terminal.json(PlanJson.invalid(compared, problems), false);
      return ERROR;
    }
    if (format == Format.MARKDOWN) {
      StringBuilder report = new StringBuilder();
      for (Problem problem : problems) {
        String line = lines.line(problem.position());
        report.append(ProblemText.format(problem, line, false)).append('\n');
      }
      terminal.out().print(PlanMarkdown.invalid(compared, report.toString()));
      terminal.out().flush();
      return ERROR;
    }
    for (Problem problem : problems) {
      terminal.problem(problem, lines.line(problem.position()));
    }
    terminal.error(Objects.requireNonNull(compared.to()).words() + " is not valid: no plan");
    return ERROR;
  }
}
