package io.vipops.plan;

import io.vipops.render.VrrpFile;
import io.vipops.spec.Cluster;
import io.vipops.spec.Node;
import io.vipops.vrrp.Instance;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes run of VRRP, by node.
 *
 * @param names what each instance of both sides is called in the end: no name is on the wire, so
 *     that a node which keeps the old one is still a member of the same virtual router
 */
record Running(SortedMap<String, VrrpFile> files, Map<Instance, String> names) {

  /** Every node as {@code cluster} has it, before {@code next}. */
  static Running of(@Nullable Cluster cluster, Cluster next) {
    SortedMap<String, VrrpFile> files = files(cluster);
    SortedMap<String, VrrpFile> nextFiles = files(next);
    Map<String, String> renamed = new HashMap<>();
    Map<Instance, String> names = new HashMap<>();
    nextFiles.forEach(
        (node, file) -> {
          VrrpFile old = files.get(node);
          for (Instance it : file.instances()) {
            names.put(it, it.name());
            if (old != null) {
              old.instances().stream()
                  .filter(was -> isOnTheWire(was, it))
                  .forEach(was -> renamed.put(was.name(), it.name()));
            }
          }
        });
    for (VrrpFile file : files.values()) {
      for (Instance it : file.instances()) {
        names.put(it, renamed.getOrDefault(it.name(), it.name()));
      }
    }
    return new Running(files, names);
  }

  /** On one node the interface tells two routers apart; another node's may be called otherwise. */
  private static boolean isOnTheWire(Instance a, Instance b) {
    return isAlike(a, b) && a.interfaceName().equals(b.interfaceName());
  }

  private static boolean isAlike(Instance a, Instance b) {
    return a.virtualRouterId() == b.virtualRouterId()
        && a.version() == b.version()
        && a.address().getClass() == b.address().getClass();
  }

  private static SortedMap<String, VrrpFile> files(@Nullable Cluster cluster) {
    SortedMap<String, VrrpFile> files = new TreeMap<>();
    if (cluster != null) {
      cluster.nodes().keySet().forEach(node -> files.put(node, VrrpFile.of(cluster, node)));
    }
    return files;
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
    return new Running(after, names);
  }

  /** Whether both are called the same in the end. */
  boolean isNamesake(Instance a, Instance b) {
    return Objects.equals(names.get(a), names.get(b));
  }

  /** The nodes that run the same virtual router as {@code like}, by node. */
  SortedMap<String, Member> router(Instance like) {
    SortedMap<String, Member> members = new TreeMap<>();
    files.forEach(
        (node, file) -> {
          for (Instance it : file.instances()) {
            if (isNamesake(it, like) && isAlike(it, like)) {
              members.put(node, new Member(node, it, file.maintenance()));
            }
          }
        });
    return members;
  }
}
