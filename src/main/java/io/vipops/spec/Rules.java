package io.vipops.spec;

/** The rules beyond the schema: errors in everything that is sound by itself, then warnings. */
final class Rules {
  private Rules() {}

  /** What keeps a cluster from working. */
  static void errors(Cluster cluster, Findings findings) {
    VrrpRules vrrp = new VrrpRules(cluster, findings);
    vrrp.nodeAddressTwice();
    vrrp.vridTwice();
    vrrp.priorities();
    vrrp.owners();
    vrrp.virtualAddressTwice();
    vrrp.virtualAddressIsNode();
    vrrp.virtualAddressIsServer();
    vrrp.virtualAddressPrefix();
    vrrp.preemptDelay();
    vrrp.tracks();
    TrafficRules traffic = new TrafficRules(cluster, findings);
    traffic.upstreamServers();
    traffic.backupWithHash();
    traffic.consistentHashWeights();
    traffic.serverLoop();
    traffic.listenerReserved();
    traffic.listenerTwice();
    traffic.redirects();
    traffic.routeReferences();
    traffic.hostTwice();
    traffic.pathTwice();
    RedirectRules redirects = new RedirectRules(cluster, findings);
    redirects.besideRoute();
    redirects.toItself();
  }

  /** What works, but probably not as meant. Only for a cluster without errors. */
  static void warnings(Cluster cluster, Findings findings) {
    Warnings warnings = new Warnings(cluster, findings);
    warnings.weightNoEffect();
    warnings.sharedFault();
    warnings.slowCheck();
    warnings.shortLease();
    warnings.inlineSecret();
    warnings.unusedChecks();
    warnings.unusedUpstreams();
    warnings.unusedListeners();
    warnings.oneServer();
    warnings.allDown();
    warnings.serverTwice();
  }
}
