package io.vipops.plan;

import io.vipops.render.VrrpFile;
import io.vipops.spec.Cluster;
import io.vipops.spec.Node;
import io.vipops.vrrp.Instance;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the nodes run of VRRP, by node. */
record Running(SortedMap<String, VrrpFile> files) {

  /** Every node as {@code cluster} has it. */
  static Running of(@Nullable Cluster cluster) {
    SortedMap<String, VrrpFile> files = new TreeMap<>();
    if (cluster != null) {
      cluster.nodes().keySet().forEach(node -> files.put(node, VrrpFile.of(cluster, node)));
    }
    return new Running(files);
  }

  /**
   * Once every agent has done what it will with {@code next}: one on hold keeps what it runs, and
   * so does one whose node is no longer in the spec, for it refuses the commit.
   */
  Running after(Cluster next) {
    SortedMap<String, VrrpFile> after = new TreeMap<>(files);
    for (Node node : next.nodes().values()) {
      if (!node.hold()) {
        after.put(node.name(), VrrpFile.of(next, node.name()));
      }
    }
    return new Running(after);
  }

  /** The nodes that run the same virtual router as {@code like}, by node. */
  SortedMap<String, Member> router(Instance like) {
    SortedMap<String, Member> members = new TreeMap<>();
    files.forEach(
        (node, file) -> {
          for (Instance it : file.instances()) {
            if (it.name().equals(like.name())
                && it.virtualRouterId() == like.virtualRouterId()
                && it.version() == like.version()
                && it.address().getClass() == like.address().getClass()) {
              members.put(node, new Member(node, it, file.maintenance()));
            }
          }
        });
    return members;
  }
}
