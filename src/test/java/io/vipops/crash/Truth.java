package io.vipops.crash;

import io.vipops.apply.ApplyFailure;
import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.render.VrrpYaml;
import io.vipops.vrrp.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether exactly one whole generation is in force on a node, and what says so. */
final class Truth {
  private final NodeView node;
  private final List<String> wrong = new ArrayList<>();

  Truth(NodeView node) {
    this.node = node;
  }

  /** What is wrong, a line each. */
  List<String> wrong() {
    return wrong;
  }

  /** The generation that {@code current} names; null: none. */
  static @Nullable String current(NodeView node) throws IOException {
    return new Generations(node.state()).current().orElse(null);
  }

  /** The commit of the generation in force; empty: none. */
  static String commit(NodeView node) throws IOException {
    String id = current(node);
    return id == null ? "" : new Generations(node.state()).commit(id);
  }

  /**
   * Looks at all parts of a node that has resumed: disk, journal, nginx, engine and kernel.
   *
   * @param commits one of these must be in force; empty text: none is
   */
  Truth oneWholeGeneration(Set<String> commits) throws Exception {
    String id = current(node);
    Journal.Entry journal = new Journal(node.state()).read().orElse(null);
    if (!commits.contains(commit(node))) {
      wrong.add("commit " + commit(node) + " is in force, not one of " + commits);
    }
    if (id == null) {
      expect("nginx answers without a generation", Set.of(), node.answers());
      expect("VIPs without a generation", Set.of(), node.vips());
      return this;
    }
    try {
      var unused = new Generations(node.state()).load(id);
    } catch (ApplyFailure e) {
      wrong.add(e.line());
    }
    expect("nginx answers", Set.of(id), node.answers());
    if (journal == null) {
      wrong.add("no journal");
    } else if (!journal.next().equals(id)
        || !Set.of(Journal.Phase.APPLIED, Journal.Phase.SETTLE).contains(journal.phase())) {
      wrong.add("journal " + journal + " while " + id + " is in force");
    }
    engine(id);
    return this;
  }

  private void engine(String id) throws Exception {
    Path file = new Generations(node.state()).folder(id).resolve("vrrp.yaml");
    Instance web =
        VrrpYaml.decode(file.toString(), Files.readAllBytes(file)).file().instances().get(0);
    Set<String> addresses = new TreeSet<>();
    web.virtualAddresses().forEach(vip -> addresses.add(vip.prefix().address().getHostAddress()));
    Map<String, @Nullable Object> status = node.ask("status");
    if (!(status.get("vrrp") instanceof List<?> all)
        || all.size() != 1
        || !(all.get(0) instanceof Map<?, ?> one)) {
      wrong.add("the engine runs " + status.get("vrrp"));
      return;
    }
    Set<String> held = new TreeSet<>();
    ((List<?>) one.get("virtual_addresses"))
        .forEach(vip -> held.add(vip.toString().replaceFirst("/.*", "")));
    expect("the engine's addresses", addresses, held);
    expect(
        "the engine's priority",
        (long) web.priority(),
        ((Map<?, ?>) one.get("priority")).get("configured"));
    expect("the status", id, status.get("generation") instanceof Map<?, ?> it ? it.get("id") : "");
    Set<String> wanted = "active".equals(one.get("state")) ? addresses : Set.of();
    expect("VIPs of an " + one.get("state"), wanted, node.vips());
  }

  /** Nothing is under way and nothing half done is left. */
  Truth settled() throws IOException {
    Journal.Entry journal = new Journal(node.state()).read().orElse(null);
    if (journal == null || journal.phase() != Journal.Phase.APPLIED) {
      wrong.add("not settled: journal " + journal);
    }
    try (Stream<Path> files = Files.walk(node.state())) {
      files
          .filter(file -> file.toString().matches(".*\\.(tmp|lock|keep)|.*/incoming_.*"))
          .filter(file -> !file.endsWith("agent.lock"))
          .forEach(file -> wrong.add("left behind: " + node.home().relativize(file)));
    }
    return this;
  }

  void expect(String what, @Nullable Object wanted, @Nullable Object found) {
    if (!Objects.equals(wanted, found)) {
      wrong.add(what + ": " + found + " instead of " + wanted);
    }
  }
}
