package io.vipops.cli;

import io.vipops.report.Checked;
import io.vipops.spec.Cluster;
import io.vipops.spec.Problem;
import io.vipops.spec.Severity;
import io.vipops.spec.Spec;
import io.vipops.spec.VrrpInstance;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A spec's findings for people: each with its line and a caret, and one line that sums them up. */
final class ValidationText {
  private final Terminal terminal;
  private final boolean strict;

  ValidationText(Terminal terminal, boolean strict) {
    this.terminal = terminal;
    this.strict = strict;
  }

  /** Prints {@code checked}; {@code spec} is what was read, null where it has errors. */
  void print(Checked checked, @Nullable Spec spec) {
    int errors = 0;
    for (Problem problem : checked.problems()) {
      errors += problem.severity() == Severity.ERROR ? 1 : 0;
      terminal.problem(problem, checked.lines().line(problem.position()));
    }
    if (checked.unreadable() != null) {
      return;
    }
    int warnings = checked.problems().size() - errors;
    boolean valid = spec != null && checked.valid(strict);
    List<String> parts = new ArrayList<>();
    if (spec != null && valid) {
      count(parts, spec.cluster());
    } else if (errors > 0) {
      parts.add(plural(errors, "error"));
    }
    if (warnings > 0) {
      parts.add(plural(warnings, "warning"));
    }
    String verdict = valid ? "valid" : "not valid";
    String line = checked.path() + ": " + verdict + " (" + String.join(", ", parts) + ")";
    if (valid) {
      terminal.good(line);
    } else {
      terminal.plainError(terminal.paintError("fg(red)", line));
    }
  }

  private static void count(List<String> parts, Cluster cluster) {
    int addresses = 0;
    for (VrrpInstance instance : cluster.vrrp().values()) {
      addresses += instance.virtualAddresses().size();
    }
    parts.add(plural(cluster.nodes().size(), "node"));
    parts.add(plural(addresses, "VIP"));
    parts.add(plural(cluster.listeners().size(), "listener"));
    parts.add(plural(cluster.upstreams().size(), "upstream"));
  }

  private static String plural(int count, String word) {
    return count + " " + word + (count == 1 ? "" : "s");
  }
}
