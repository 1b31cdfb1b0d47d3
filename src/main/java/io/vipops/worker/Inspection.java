package io.vipops.worker;

import io.vipops.render.Host;
import io.vipops.spec.Node;
import io.vipops.spec.ProblemText;
import io.vipops.spec.Severity;
import io.vipops.spec.Spec;
import io.vipops.spec.SpecReader;
import io.vipops.spec.SpecReader.SourceFile;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a spec is valid, and valid for this node on this host. */
final class Inspection {
  private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);

  private final String node;
  private final Host host;

  Inspection(String node, Host host) {
    this.node = node;
    this.host = host;
  }

  /** Reads and judges; warnings go to the log. */
  Spec of(List<SourceFile> files) throws Refusal {
    SpecReader.Reading reading = SpecReader.read(files);
    Spec spec = reading.spec();
    if (spec == null) {
      throw Refusal.of(reading.problems(), files);
    }
    if (!spec.cluster().nodes().containsKey(node)) {
      throw new Refusal(
          "the spec has no node "
              + node
              + ", only "
              + String.join(", ", spec.cluster().nodes().keySet())
              + ": add it, or set node in agent.yaml",
          null);
    }
    String conflict = host.conflict(spec.cluster());
    if (conflict != null) {
      throw new Refusal(conflict, null);
    }
    reading.problems().stream()
        .filter(problem -> problem.severity() == Severity.WARNING)
        .forEach(problem -> LOG.warn("{}", ProblemText.format(problem, null, false)));
    return spec;
  }

  /** Whether a spec that was found valid keeps this node as it is. */
  boolean isHeld(Spec spec) {
    Node self = spec.cluster().nodes().get(node);
    if (self == null) {
      throw new IllegalStateException("checked before");
    }
    return self.hold();
  }
}
