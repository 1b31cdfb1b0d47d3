package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import io.vipops.plan.NodePlan.Hold;
import io.vipops.render.Generation;
import io.vipops.render.Renderer;
import io.vipops.render.VrrpFile;
import io.vipops.spec.Cluster;
import io.vipops.spec.Node;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What happens to every node, by name. */
public record Plan(List<NodePlan> nodes) {
  /** What every plan takes for granted, in a phrase. */
  public static final String ASSUMED =
      "every check passes, and the best node of each VIP is Active";

  /** Two texts to the hunks of their unified difference; empty where they are the same. */
  @FunctionalInterface
  public interface Differ {
    String unified(String before, String after);
  }

  /**
   * Compares.
   *
   * @param after must have a cluster
   */
  public static Plan between(Side before, Side after, Differ differ) {
    Cluster next = Objects.requireNonNull(after.cluster());
    Running running = Running.of(before.cluster(), next);
    Comparison comparison =
        new Comparison(before, after, next, running, running.after(next), differ);
    TreeSet<String> names = new TreeSet<>(before.generations().keySet());
    names.addAll(after.generations().keySet());
    return new Plan(names.stream().map(comparison::node).toList());
  }

  /** Of one node alone. */
  public Plan only(String node) {
    return new Plan(nodes.stream().filter(it -> it.node().equals(node)).toList());
  }

  /** The greatest of all nodes. */
  public Risk risk() {
    return nodes.stream().map(NodePlan::risk).reduce(Risk.NONE, Risk::or);
  }

  /** Whether any node's configuration is another one. */
  public boolean differs() {
    return nodes.stream().anyMatch(NodePlan::differs);
  }

  private record Comparison(
      Side before, Side after, Cluster next, Running running, Running runningAfter, Differ differ) {

    NodePlan node(String node) {
      Generation from = before.generations().get(node);
      Generation to = after.generations().get(node);
      boolean differs = from == null || to == null || !from.id().equals(to.id());
      Hold hold = hold(node);
      List<Impact> impacts = new ArrayList<>();
      if (hold == Hold.ENDS) {
        String text = "hold ends: unknown: takes everything pushed since the hold began";
        impacts.add(Impact.of(Kind.NODE, node, Risk.VIP_CHANGE, text));
      }
      if (to == null) {
        impacts.add(removed(node));
      } else if (differs && hold == Hold.HELD) {
        String keeps =
            from == null ? "new node, on hold: takes" : "on hold: keeps what it runs, takes";
        impacts.add(Impact.of(Kind.NODE, node, Risk.NONE, keeps + " none of this"));
      } else if (differs) {
        changed(node, from, to, impacts);
      }
      if (impacts.stream().noneMatch(it -> it.kind() == Kind.VIP)) {
        // What the others do may bring it a VIP, or take one away.
        VipImpacts.of(running, runningAfter, node).stream()
            .filter(it -> it.risk() != Risk.NONE)
            .forEach(impacts::add);
      }
      impacts.sort(Comparator.comparing(Impact::kind));
      Generation target = hold == Hold.HELD ? from : to;
      return new NodePlan(
          node,
          from == null ? null : from.id(),
          target == null ? null : target.id(),
          hold,
          impacts,
          diffs(from, target));
    }

    /** It is not rendered: both generations may be the same, and neither what the node runs. */
    private Hold hold(String node) {
      Node was = before.cluster() == null ? null : before.cluster().nodes().get(node);
      Node now = next.nodes().get(node);
      if (now == null) {
        return Hold.NONE;
      }
      return now.hold() ? Hold.HELD : was != null && was.hold() ? Hold.ENDS : Hold.NONE;
    }

    /** Its agent refuses a spec without it, like any other that is wrong for it. */
    private Impact removed(String node) {
      VrrpFile file = running.files().get(node);
      boolean holds =
          file != null
              && file.instances().stream()
                  .map(running::router)
                  .anyMatch(router -> node.equals(Course.between(router, router).to()));
      String text =
          "no longer in the spec: its agent refuses this commit and keeps what it runs"
              + (holds ? ", VIPs too," : "")
              + " until it is stopped";
      return Impact.of(Kind.NODE, node, holds ? Risk.VIP_CHANGE : Risk.NONE, text);
    }

    private void changed(String node, @Nullable Generation from, Generation to, List<Impact> out) {
      nodeItself(node, from == null, out);
      out.addAll(VipImpacts.of(running, runningAfter, node));
      String oldConf = from == null ? null : nginx(from);
      String nextConf = nginx(to);
      out.add(NginxImpacts.of(oldConf, nextConf));
      Cluster old = before.cluster();
      if (old == null || from == null) {
        return;
      }
      VrrpFile oldFile = running.files().get(node);
      if (oldFile != null) {
        VrrpFile nextFile = VrrpFile.of(next, node);
        out.addAll(VrrpImpacts.of(oldFile, nextFile, old.vrrp(), next.vrrp()));
      }
      if (!nextConf.equals(oldConf)) {
        out.addAll(TrafficImpacts.of(old, next, Objects.requireNonNull(oldConf), nextConf));
      }
      if (!old.name().equals(next.name())) {
        String text = "cluster " + old.name() + " is called " + next.name();
        out.add(Impact.of(Kind.OTHER, next.name(), Risk.NONE, text));
      }
    }

    private void nodeItself(String node, boolean isNew, List<Impact> out) {
      Node was = before.cluster() == null ? null : before.cluster().nodes().get(node);
      Node now = Objects.requireNonNull(next.nodes().get(node));
      if (isNew) {
        out.add(Impact.of(Kind.NODE, node, Risk.NONE, "new node"));
      }
      if (now.maintenance() != (was != null && was.maintenance())) {
        String text = now.maintenance() ? "maintenance: holds no VIP" : "maintenance ends";
        out.add(Impact.of(Kind.NODE, node, Risk.NONE, text));
      }
    }

    /** A node that refuses the commit, or is on hold, keeps its files. */
    private SortedMap<String, String> diffs(@Nullable Generation from, @Nullable Generation to) {
      SortedMap<String, String> diffs = new TreeMap<>();
      if (to == null) {
        return diffs;
      }
      TreeSet<String> files = new TreeSet<>(to.files().keySet());
      if (from != null) {
        files.addAll(from.files().keySet());
      }
      for (String file : files) {
        Masked.Texts texts = Masked.of(text(from, file), text(to, file));
        String diff =
            texts.before().equals(texts.after())
                ? ""
                : differ.unified(texts.before(), texts.after());
        if (!diff.isEmpty()) {
          diffs.put(file, PlainText.lines(diff));
        }
      }
      return diffs;
    }

    private static String nginx(Generation generation) {
      return text(generation, Renderer.NGINX_CONF);
    }

    private static String text(@Nullable Generation generation, String file) {
      byte[] bytes = generation == null ? null : generation.files().get(file);
      return generation == null || bytes == null
          ? ""
          : Masked.withoutId(new String(bytes, StandardCharsets.UTF_8), generation.id());
    }
  }
}
