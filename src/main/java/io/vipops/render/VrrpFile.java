package io.vipops.render;

import io.vipops.spec.Check;
import io.vipops.vrrp.Instance;
import java.util.List;

/**
 * A node's {@code vrrp.yaml}: all that the agent needs to come up without Git or worker.
 *
 * @param listeners whether nginx has anything to serve: if so, no instance leaves Backup before
 *     nginx is proven
 */
public record VrrpFile(
    String cluster,
    String node,
    boolean maintenance,
    boolean listeners,
    List<Instance> instances,
    List<Check> checks) {}
