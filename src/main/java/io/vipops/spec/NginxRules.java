package io.vipops.spec;

import java.util.ArrayList;
import java.util.List;

/** What nginx of a version cannot do, for nodes that name theirs. */
final class NginxRules {
  /** worker_shutdown_timeout is in every configuration. */
  private static final NginxVersion OLDEST = new NginxVersion(1, 11, 11);

  private static final NginxVersion RANDOM = new NginxVersion(1, 15, 1);
  private static final NginxVersion STATUS_308 = new NginxVersion(1, 13, 0);

  /**
   * Something in the spec that came with a version of nginx.
   *
   * @param what as the user wrote it
   */
  private record Need(NginxVersion since, String what, String pointer) {}

  private final Cluster cluster;
  private final Findings findings;

  NginxRules(Cluster cluster, Findings findings) {
    this.cluster = cluster;
    this.findings = findings;
  }

  /** Each need is reported once, with the oldest nginx that does not meet it. */
  void versions() {
    Node oldest = null;
    NginxVersion version = null;
    for (Node node : cluster.nodes().values()) {
      NginxVersion its = node.nginxVersion();
      if (its != null && its.compareTo(OLDEST) < 0) {
        String at = Pointer.child("/nodes", node.name()) + "/nginx_version";
        findings.report(RuleId.NGINX_VERSION, at, "vipops needs nginx ≥ " + OLDEST);
      } else if (its != null && (version == null || its.compareTo(version) < 0)) {
        oldest = node;
        version = its;
      }
    }
    if (oldest == null || version == null) {
      return;
    }
    for (Need need : needs()) {
      if (version.compareTo(need.since) < 0) {
        String has = oldest.name() + " has " + version;
        String message = need.what + " needs nginx ≥ " + need.since + ", " + has;
        findings.report(RuleId.NGINX_VERSION, need.pointer, message);
      }
    }
  }

  /** All that not every nginx from {@link #OLDEST} on can do. */
  private List<Need> needs() {
    List<Need> needs = new ArrayList<>();
    for (Upstream upstream : cluster.upstreams().values()) {
      if (upstream.balance() instanceof Upstream.Balance.Random) {
        needs.add(new Need(RANDOM, "random", TrafficRules.at(upstream) + "/balance"));
      }
    }
    for (int i = 0; i < cluster.routes().size(); i++) {
      List<Route.Rule> rules = cluster.routes().get(i).rules();
      for (int j = 0; j < rules.size(); j++) {
        if (rules.get(j).action() instanceof Route.Action.Redirect redirect
            && redirect.status() == 308) {
          String at = TrafficRules.rule(findings, i, j, "/redirect/status");
          needs.add(new Need(STATUS_308, "status 308", at));
        }
      }
    }
    return needs;
  }
}
