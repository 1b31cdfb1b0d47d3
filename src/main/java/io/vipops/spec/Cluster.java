package io.vipops.spec;

import java.util.List;
import java.util.SortedMap;

/** A whole cluster, as its spec says it: every reference resolves, every rule holds. */
public record Cluster(
    String name,
    SortedMap<String, Node> nodes,
    SortedMap<String, VrrpInstance> vrrp,
    SortedMap<String, Check> checks,
    SortedMap<String, Upstream> upstreams,
    SortedMap<String, Listener> listeners,
    List<Route> routes,
    Rollout rollout) {}
