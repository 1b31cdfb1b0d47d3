package io.vipops.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The rules beyond the schema, in the order in which they look at a cluster. */
enum Rules {
  NODE_ADDRESS_TWICE,
  VRID_TWICE,
  PRIORITIES,
  OWNERS,
  VIRTUAL_ADDRESS_FAMILY,
  IPV6_VERSION,
  VIRTUAL_ADDRESS_TWICE,
  VIRTUAL_ADDRESS_IS_NODE,
  VIRTUAL_ADDRESS_IS_SERVER,
  VIRTUAL_ADDRESS_PREFIX,
  PREEMPT_DELAY,
  CHECKSUM_FORM,
  SYNC_GROUPS,
  UNICAST_PEERS,
  UNICAST_NODES,
  VIRTUAL_MACS,
  TRACKS,
  UPSTREAM_SERVERS,
  BACKUP_WITH_HASH,
  CONSISTENT_HASH_WEIGHTS,
  SERVER_LOOP,
  LISTENER_RESERVED,
  LISTENER_TWICE,
  REDIRECTS,
  ROUTE_REFERENCES,
  UNSUPPORTED_REFERENCES,
  HOST_TWICE,
  PATH_TWICE,
  REDIRECT_BESIDE_ROUTE,
  REDIRECT_TO_ITSELF,
  NGINX_VERSION,
  WEIGHT_NO_EFFECT,
  SHARED_FAULT,
  SLOW_CHECK,
  SHORT_LEASE,
  LINK_LOCAL_MISSING,
  NOT_ACCEPTED,
  INLINE_SECRET,
  UNUSED_CHECKS,
  UNUSED_UPSTREAMS,
  UNUSED_LISTENERS,
  ONE_SERVER,
  ALL_DOWN,
  SERVER_TWICE;

  static final Set<Rules> ALL = Collections.unmodifiableSet(EnumSet.allOf(Rules.class));

  /** What keeps a cluster from working. */
  static void errors(Set<Rules> rules, Cluster cluster, Findings findings) {
    VrrpRules vrrp = new VrrpRules(cluster, findings);
    UnicastRules unicast = new UnicastRules(cluster, findings);
    TrafficRules traffic = new TrafficRules(cluster, findings);
    RedirectRules redirects = new RedirectRules(cluster, findings);
    TreeRules tree = new TreeRules(findings);
    for (Rules rule : rules) {
      switch (rule) {
        case NODE_ADDRESS_TWICE -> vrrp.nodeAddressTwice();
        case VRID_TWICE -> vrrp.vridTwice();
        case PRIORITIES -> vrrp.priorities();
        case OWNERS -> vrrp.owners();
        case VIRTUAL_ADDRESS_FAMILY -> vrrp.virtualAddressFamily();
        case IPV6_VERSION -> vrrp.ipv6Version();
        case VIRTUAL_ADDRESS_TWICE -> vrrp.virtualAddressTwice();
        case VIRTUAL_ADDRESS_IS_NODE -> vrrp.virtualAddressIsNode();
        case VIRTUAL_ADDRESS_IS_SERVER -> vrrp.virtualAddressIsServer();
        case VIRTUAL_ADDRESS_PREFIX -> vrrp.virtualAddressPrefix();
        case PREEMPT_DELAY -> vrrp.preemptDelay();
        case CHECKSUM_FORM -> vrrp.checksumForm();
        case SYNC_GROUPS -> vrrp.syncGroups();
        case UNICAST_PEERS -> unicast.peers();
        case UNICAST_NODES -> unicast.nodes();
        case VIRTUAL_MACS -> new VirtualMacRules(cluster, findings).virtualMacs();
        case TRACKS -> vrrp.tracks();
        case UPSTREAM_SERVERS -> traffic.upstreamServers();
        case BACKUP_WITH_HASH -> traffic.backupWithHash();
        case CONSISTENT_HASH_WEIGHTS -> traffic.consistentHashWeights();
        case SERVER_LOOP -> traffic.serverLoop();
        case LISTENER_RESERVED -> traffic.listenerReserved();
        case LISTENER_TWICE -> tree.listenerTwice();
        case REDIRECTS -> traffic.redirects();
        case ROUTE_REFERENCES -> traffic.routeReferences();
        case UNSUPPORTED_REFERENCES -> tree.references();
        case HOST_TWICE -> traffic.hostTwice();
        case PATH_TWICE -> traffic.pathTwice();
        case REDIRECT_BESIDE_ROUTE -> redirects.besideRoute();
        case REDIRECT_TO_ITSELF -> redirects.toItself();
        case NGINX_VERSION -> new NginxRules(cluster, findings).versions();
        default -> {} // a warning
      }
    }
  }

  /** What works, but probably not as meant. Only for a cluster without errors. */
  static void warnings(Set<Rules> rules, Cluster cluster, Findings findings) {
    Warnings warnings = new Warnings(cluster, findings);
    for (Rules rule : rules) {
      switch (rule) {
        case WEIGHT_NO_EFFECT -> warnings.weightNoEffect();
        case SHARED_FAULT -> warnings.sharedFault();
        case SLOW_CHECK -> warnings.slowCheck();
        case SHORT_LEASE -> warnings.shortLease();
        case LINK_LOCAL_MISSING -> warnings.linkLocalMissing();
        case NOT_ACCEPTED -> warnings.notAccepted();
        case INLINE_SECRET -> warnings.inlineSecret();
        case UNUSED_CHECKS -> warnings.unusedChecks();
        case UNUSED_UPSTREAMS -> warnings.unusedUpstreams();
        case UNUSED_LISTENERS -> warnings.unusedListeners();
        case ONE_SERVER -> warnings.oneServer();
        case ALL_DOWN -> warnings.allDown();
        case SERVER_TWICE -> warnings.serverTwice();
        default -> {} // an error
      }
    }
  }
}
