package io.vipops.plan;

import io.vipops.plan.Impact.Kind;
import io.vipops.render.VrrpFile;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What happens to each virtual router on one node: design.md's "difference apply", in words. */
final class VipImpacts {
  /** A router before and after; one of the two may be missing, not both. */
  private record Pair(@Nullable Instance before, @Nullable Instance after) {}

  private final Running before;
  private final Running after;
  private final String node;
  private final List<Impact> impacts = new ArrayList<>();

  private VipImpacts(Running before, Running after, String node) {
    this.before = before;
    this.after = after;
    this.node = node;
  }

  static List<Impact> of(Running before, Running after, String node) {
    VipImpacts vips = new VipImpacts(before, after, node);
    for (Pair pair : vips.pairs()) {
      if (pair.before != null && pair.after != null) {
        vips.change(pair.before, pair.after);
      } else if (pair.after != null) {
        vips.join(pair.after);
      } else if (pair.before != null) {
        vips.leave(pair.before);
      }
    }
    return vips.impacts;
  }

  /** By identity, as the engine does, then by the name in the end. */
  private List<Pair> pairs() {
    List<Instance> old = instances(before);
    List<Instance> next = instances(after);
    List<Pair> pairs = new ArrayList<>();
    for (Instance it : instances(after)) {
      Instance same = first(old, o -> o.identity().equals(it.identity()));
      if (same != null) {
        old.remove(same);
        next.remove(it);
        pairs.add(new Pair(same, it));
      }
    }
    for (Instance it : List.copyOf(next)) {
      Instance namesake = first(old, o -> after.isNamesake(o, it));
      old.remove(namesake);
      pairs.add(new Pair(namesake, it));
    }
    old.forEach(it -> pairs.add(new Pair(it, null)));
    return pairs;
  }

  private static @Nullable Instance first(
      List<Instance> among, java.util.function.Predicate<Instance> which) {
    return among.stream().filter(which).findFirst().orElse(null);
  }

  private List<Instance> instances(Running running) {
    VrrpFile file = running.files().get(node);
    return file == null ? new ArrayList<>() : new ArrayList<>(file.instances());
  }

  private void change(Instance old, Instance next) {
    List<String> identity = Identity.changes(old, next);
    List<String> words = new ArrayList<>();
    if (!old.name().equals(next.name())) {
      words.add("was called " + old.name());
    }
    if (old.priority() != next.priority()) {
      words.add("priority " + old.priority() + "→" + next.priority());
    }
    List<String> addresses = addresses(old, next);
    words.addAll(addresses);
    SortedMap<String, Member> routerAfter = after.router(next);
    Course course = Course.between(before.router(old), routerAfter);
    Risk risk = addresses.isEmpty() ? Risk.NONE : Risk.VIP_CHANGE;
    if (identity.isEmpty()) {
      words.add(course.words(node));
      risk = risk.or(course.touched().contains(node) ? Risk.VIP_CHANGE : Risk.NONE);
    } else {
      risk = Risk.VRRP_IDENTITY_CHANGE;
      words.addAll(identity);
      words.add("starts anew");
      words.add(
          everyMemberStartsAnew(old, next)
              ? "none or two nodes may hold it until all have applied, then " + holder(routerAfter)
              : course.words(node));
    }
    add(next.name(), risk, words, course, old, next);
  }

  /** If only one does, the others keep the VIP meanwhile. */
  private boolean everyMemberStartsAnew(Instance old, Instance next) {
    SortedMap<String, Member> members = after.router(next);
    return before.router(old).values().stream()
        .noneMatch(
            it -> {
              Member now = members.get(it.node());
              return now != null && now.instance().identity().equals(it.instance().identity());
            });
  }

  private static String holder(SortedMap<String, Member> router) {
    String to = Course.between(router, router).to();
    return to == null ? "none" : to;
  }

  private void join(Instance next) {
    SortedMap<String, Member> routerBefore = before.router(next);
    Course course = Course.between(routerBefore, after.router(next));
    List<String> words = new ArrayList<>();
    boolean isNew = routerBefore.isEmpty();
    words.add(isNew ? "new (" + shown(next.virtualAddresses()) + ")" : "joins");
    words.add("priority " + next.priority());
    words.add(course.words(node));
    boolean known =
        routerBefore.values().stream().allMatch(it -> UnicastPeers.know(it.instance(), next));
    if (!known) {
      words.add("two nodes may hold it until all have applied (unicast)");
    }
    boolean touched = isNew || !known || course.touched().contains(node);
    add(next.name(), touched ? Risk.VIP_CHANGE : Risk.NONE, words, course, null, next);
  }

  private void leave(Instance old) {
    SortedMap<String, Member> routerAfter = after.router(old);
    Course course = Course.between(before.router(old), routerAfter);
    List<String> words = new ArrayList<>();
    boolean isGone = routerAfter.isEmpty();
    words.add(isGone ? "removed (" + shown(old.virtualAddresses()) + " goes)" : "leaves");
    if (!isGone) {
      words.add(course.words(node));
    }
    boolean touched = isGone || course.touched().contains(node);
    add(old.name(), touched ? Risk.VIP_CHANGE : Risk.NONE, words, course, old, null);
  }

  private static List<String> addresses(Instance old, Instance next) {
    List<VirtualAddress> added = new ArrayList<>(next.movedAddresses());
    added.removeAll(old.movedAddresses());
    List<VirtualAddress> gone = new ArrayList<>(old.movedAddresses());
    gone.removeAll(next.movedAddresses());
    List<String> words = new ArrayList<>();
    for (VirtualAddress it : List.copyOf(gone)) {
      VirtualAddress same =
          added.stream()
              .filter(a -> a.prefix().address().equals(it.prefix().address()))
              .findFirst()
              .orElse(null);
      if (same != null) {
        added.remove(same);
        gone.remove(it);
        boolean prefix = !same.prefix().equals(it.prefix());
        words.add(it.prefix() + (prefix ? "→/" + same.prefix().length() : other(it, same)));
      }
    }
    added.forEach(it -> words.add("+" + it.prefix()));
    gone.forEach(it -> words.add("−" + it.prefix()));
    return words;
  }

  private static String other(VirtualAddress old, VirtualAddress next) {
    String what =
        !Objects.equals(old.interfaceName(), next.interfaceName())
            ? "interface"
            : old.scope() != next.scope() ? "scope" : "label";
    return " has another " + what;
  }

  private static String shown(List<VirtualAddress> addresses) {
    return String.join(", ", addresses.stream().map(it -> it.prefix().toString()).toList());
  }

  private void add(
      String name,
      Risk risk,
      List<String> words,
      Course course,
      @Nullable Instance old,
      @Nullable Instance next) {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    details.put("active", fromTo(course.from(), course.to()));
    details.put("priority", fromTo(priority(old), priority(next)));
    Map<String, @Nullable Object> addresses = fromTo(prefixes(old), prefixes(next));
    if (!Objects.equals(addresses.get("from"), addresses.get("to"))) {
      details.put("virtual_addresses", addresses);
    }
    String text = "VIP " + name + ": " + String.join(", ", words);
    impacts.add(new Impact(Kind.VIP, name, risk, text, details));
  }

  private static Map<String, @Nullable Object> fromTo(@Nullable Object from, @Nullable Object to) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("from", from);
    values.put("to", to);
    return values;
  }

  private static @Nullable Integer priority(@Nullable Instance it) {
    return it == null ? null : it.priority();
  }

  private static @Nullable List<String> prefixes(@Nullable Instance it) {
    return it == null
        ? null
        : it.virtualAddresses().stream().map(vip -> vip.prefix().toString()).toList();
  }
}
