package io.vipops.plan;

import io.vipops.spec.Problem;
import io.vipops.spec.ProblemText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan for programs. Fields may be added, never renamed:
 *
 * <pre>
 * version 1, compared {from, to: {kind, name, path, commit, subject}, notes}, valid, problems,
 * assumed, differs, risk, clients,
 * nodes [{node, generation {from, to}, held, differs, risk, summary, diff,
 *         impact [{kind, name, risk, text, …}]}]
 * </pre>
 *
 * <p>Risks: none, reload, rebind, vip_change, vrrp_identity_change.
 */
public final class PlanJson {
  private PlanJson() {}

  /** The whole plan. */
  public static Map<String, Object> of(Compared compared, Plan plan) {
    Map<String, Object> json = head(compared, true, List.of());
    json.put("assumed", Plan.ASSUMED);
    json.put("differs", plan.differs());
    json.put("risk", plan.risk().key());
    json.put("clients", plan.risk().clients());
    json.put("nodes", plan.nodes().stream().map(PlanJson::node).toList());
    return json;
  }

  /** Of a new side that is not valid: there is no plan. */
  public static Map<String, Object> invalid(Compared compared, List<Problem> problems) {
    return head(compared, false, problems);
  }

  private static Map<String, Object> head(
      Compared compared, boolean valid, List<Problem> problems) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", 1);
    Map<String, Object> sides = new LinkedHashMap<>();
    sides.put("from", origin(compared.from()));
    sides.put("to", origin(compared.to()));
    sides.put("notes", compared.notes());
    json.put("compared", sides);
    json.put("valid", valid);
    json.put("problems", problems.stream().map(ProblemText::json).toList());
    return json;
  }

  private static Map<String, @Nullable Object> origin(Compared.Origin it) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", it.kind().name().toLowerCase(java.util.Locale.ROOT));
    json.put("name", it.name());
    json.put("path", it.path());
    json.put("commit", it.commit());
    json.put("subject", it.subject());
    return json;
  }

  private static Map<String, Object> node(NodePlan node) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("node", node.node());
    Map<String, @Nullable Object> generation = new LinkedHashMap<>();
    generation.put("from", node.from());
    generation.put("to", node.to());
    json.put("generation", generation);
    json.put("held", node.hold() == NodePlan.Hold.HELD);
    json.put("differs", node.differs());
    json.put("risk", node.risk().key());
    json.put("summary", PlanLine.of(node));
    json.put("impact", node.impacts().stream().map(PlanJson::impact).toList());
    StringBuilder diff = new StringBuilder();
    node.diffs().forEach((file, hunks) -> diff.append(FileDiff.heading(file)).append(hunks));
    json.put("diff", diff.toString());
    return json;
  }

  private static Map<String, Object> impact(Impact impact) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", impact.kind().key());
    json.put("name", impact.name());
    json.put("risk", impact.risk().key());
    json.put("text", impact.text());
    json.putAll(impact.details());
    return json;
  }
}
