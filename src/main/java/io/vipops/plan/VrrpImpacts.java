package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import io.vipops.render.VrrpFile;
import io.vipops.spec.Check;
import io.vipops.spec.VrrpInstance;
import io.vipops.vrrp.Instance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Settings of routers and checks that change in the state, without an address moving. */
final class VrrpImpacts {
  /** {@link VipImpacts} tells of these. */
  private static final Set<String> TOLD =
      Set.of(
          "name",
          "virtualRouterId",
          "version",
          "interfaceName",
          "authentication",
          "priorities",
          "virtualAddresses",
          "virtualMac");

  /** A check is in the file because a router tracks it. */
  private static final String UNKNOWN = " (if it fails here, a VIP may move: not predicted)";

  private VrrpImpacts() {}

  /** Of one node; each instance of {@code next} that {@code old} has, too. */
  static List<Impact> of(
      VrrpFile old,
      VrrpFile next,
      SortedMap<String, VrrpInstance> oldRouters,
      SortedMap<String, VrrpInstance> nextRouters) {
    List<Impact> impacts = new ArrayList<>();
    for (Instance it : next.instances()) {
      VrrpInstance before = oldRouters.get(it.name());
      VrrpInstance after = nextRouters.get(it.name());
      if (before != null && after != null) {
        List<String> heard = UnicastPeers.changes(named(it.name(), old), it);
        router(it.name(), before, after, heard, next.node(), impacts);
      }
    }
    checks(old, next, impacts);
    return impacts;
  }

  private static @Nullable Instance named(String name, VrrpFile file) {
    return file.instances().stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
  }

  private static void router(
      String name,
      VrrpInstance before,
      VrrpInstance after,
      List<String> heard,
      String node,
      List<Impact> to) {
    Set<String> told = new HashSet<>(TOLD);
    if ((before.options().unicast() == null) != (after.options().unicast() == null)) {
      told.add("unicast"); // another identity
    }
    List<String> words = new ArrayList<>(Changes.between(before, after, told));
    peers(before, after, node, words);
    words.addAll(heard);
    Risk risk = heard.isEmpty() ? Risk.NONE : Risk.VIP_CHANGE;
    boolean intervalChanges = !before.advertInterval().equals(after.advertInterval());
    if (intervalChanges && after.version() == 2 && after.priorities().size() > 1) {
      // RFC 3768 §7.1: an advert of another interval is discarded.
      words.add(
          "two nodes may hold the VIP until all have applied (version 2 hears no other interval)");
      risk = Risk.VIP_CHANGE;
    }
    if (after.preempt() && !before.preempt() && after.priorities().size() > 1) {
      words.add("the VIP goes to the best node if another holds it");
      risk = Risk.VIP_CHANGE;
    }
    String group = after.options().syncGroup();
    if (!Objects.equals(group, before.options().syncGroup())) {
      String where =
          group == null ? "" : "its VIPs go where those of sync group " + group + " are, ";
      words.add(where + "and may be nowhere until all nodes have applied");
      risk = Risk.VIP_CHANGE;
    }
    boolean owner = Integer.valueOf(255).equals(after.priorities().get(node));
    if (before.options().accept() && !after.options().accept() && !owner) {
      words.add("its addresses take no connections any more");
      risk = Risk.VIP_CHANGE;
    }
    if (!before.options().trackInterfaces().equals(after.options().trackInterfaces())) {
      words.add("if a tracked interface is down here, the VIP may move: not predicted");
    }
    if (!words.isEmpty()) {
      to.add(Impact.of(Kind.VRRP, name, risk, name + ": " + String.join(", ", words)));
    }
  }

  private static void peers(
      VrrpInstance before, VrrpInstance after, String node, List<String> words) {
    TreeSet<String> peers = new TreeSet<>(before.priorities().keySet());
    peers.addAll(after.priorities().keySet());
    peers.remove(node);
    for (String peer : peers) {
      Integer old = before.priorities().get(peer);
      Integer next = after.priorities().get(peer);
      if (old == null) {
        words.add(peer + " joins with priority " + next);
      } else if (next == null) {
        words.add(peer + " leaves");
      } else if (!old.equals(next)) {
        words.add(peer + "'s priority " + old + "→" + next);
      }
    }
  }

  private static void checks(VrrpFile old, VrrpFile next, List<Impact> to) {
    Map<String, Check> before = byName(old);
    Map<String, Check> after = byName(next);
    after.forEach(
        (name, check) -> {
          Check was = before.get(name);
          if (was == null) {
            to.add(Impact.of(Kind.CHECK, name, Risk.NONE, "+check " + name + UNKNOWN));
          } else if (!was.equals(check)) {
            String what = String.join(", ", Changes.between(was, check, Set.of("name")));
            to.add(Impact.of(Kind.CHECK, name, Risk.NONE, "check " + name + ": " + what + UNKNOWN));
          }
        });
    before.keySet().stream()
        .filter(name -> !after.containsKey(name))
        .forEach(name -> to.add(Impact.of(Kind.CHECK, name, Risk.NONE, "−check " + name)));
  }

  private static Map<String, Check> byName(VrrpFile file) {
    Map<String, Check> checks = new LinkedHashMap<>();
    file.checks().forEach(check -> checks.put(check.name(), check));
    return checks;
  }
}
