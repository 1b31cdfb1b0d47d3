package io.vipops.cli;

import io.vipops.plan.Compared;
import io.vipops.plan.FileDiff;
import io.vipops.plan.NodePlan;
import io.vipops.plan.PlainText;
import io.vipops.plan.Plan;
import io.vipops.plan.PlanLine;
import io.vipops.plan.Risk;

/** A plan as people read it: how bad, what happens to each node, then the difference itself. */
final class PlanText {
  private static final String BOLD = "1";
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String CYAN = "36";

  private final Terminal terminal;

  PlanText(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(Compared compared, Plan plan) {
    line(compared.words());
    for (String note : compared.notes()) {
      line(paint(YELLOW, "note:") + " " + PlainText.line(note));
    }
    if (plan.differs() || plan.risk() != Risk.NONE) {
      Risk risk = plan.risk();
      line("risk: " + paint(style(risk), risk.words()) + " (" + risk.clients() + ")");
    } else {
      line(paint(GREEN, "no change") + ": every node keeps its generation");
    }
    line("assumed: " + Plan.ASSUMED);
    line("");
    int width = plan.nodes().stream().mapToInt(it -> it.node().length()).max().orElse(0);
    int risks = plan.nodes().stream().mapToInt(it -> it.risk().words().length()).max().orElse(0);
    for (NodePlan node : plan.nodes()) {
      String name = pad(node.node(), width);
      String risk = paint(style(node.risk()), pad(node.risk().words(), risks));
      line("  " + paint(BOLD, name) + "  " + risk + "  " + PlanLine.of(node));
    }
    for (FileDiff diff : FileDiff.of(plan)) {
      line("");
      line(paint(BOLD, diff.title()));
      diff.hunks().lines().forEach(it -> line(coloured(it)));
    }
    terminal.out().flush();
  }

  private String coloured(String line) {
    if (line.isEmpty()) {
      return line;
    }
    return switch (line.charAt(0)) {
      case '+' -> paint(GREEN, line);
      case '-' -> paint(RED, line);
      case '@' -> paint(CYAN, line);
      default -> line;
    };
  }

  private static String style(Risk risk) {
    return switch (risk) {
      case NONE -> GREEN;
      case RELOAD -> CYAN;
      case REBIND -> YELLOW;
      case VIP_CHANGE, VRRP_IDENTITY_CHANGE -> BOLD + ";" + RED;
    };
  }

  /** Not picocli's mark-up: what a spec holds would be taken for it. */
  private String paint(String style, String text) {
    return terminal.colourOut() ? "\u001b[" + style + "m" + text + "\u001b[0m" : text;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private void line(String text) {
    terminal.out().println(text);
  }
}
