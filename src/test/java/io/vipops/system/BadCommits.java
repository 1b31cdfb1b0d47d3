package io.vipops.system;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vipops.lab.Cluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Kinds of commits that must not come into force, each with the cause that has to be named. */
final class BadCommits {
  /** Taken by a process that is not nginx, on every address. */
  static final int TAKEN_PORT = 8099;

  /** Bytes of a file that nobody wants in a repository of configurations. */
  private static final int HUGE = 200_000_000;

  private BadCommits() {}

  /**
   * One bad commit.
   *
   * @param outcome as {@code vipops sync} calls it
   * @param cause has to be found in what it prints
   */
  record Bad(String outcome, Pattern cause) {
    static Bad refused(String cause) {
      return new Bad("refused", Pattern.compile(cause));
    }
  }

  /** Puts something bad into the work tree, whose cluster.yaml is good, or into the repository. */
  interface Change {
    Bad make(Path tree, Random random) throws IOException, InterruptedException;
  }

  /**
   * A kind.
   *
   * @param share how many of them for one of the rarest
   */
  record Kind(String name, int share, Change change) {}

  static List<Kind> kinds() {
    return List.of(
        // What is no YAML, or more than one should take
        new Kind(
            "open bracket",
            12,
            replace(
                "cluster: web",
                "cluster: [web",
                "cluster.yaml:\\d+:\\d+: error \\[yaml-syntax\\]")),
        new Kind(
            "key twice",
            12,
            append(
                "cluster: web\n", "cluster.yaml:\\d+:1: error \\[yaml-duplicate-key\\].*cluster")),
        new Kind(
            "tag",
            10,
            replace("cluster: web", "cluster: !!java.net.URL [\"http://x\"]", "\\[yaml-tag\\]")),
        new Kind("alias bomb", 10, BadCommits::aliasBomb),
        new Kind("alias of itself", 8, append("x: &x {<<: *x}\n", "alias|merge|itself|recurs")),
        new Kind("nested too deep", 8, BadCommits::nested),
        new Kind(
            "control character",
            10,
            replace("cluster: web", "cluster: w\u0001b", "\\[yaml-binary\\]")),
        new Kind("over 4 MiB", 4, append("# " + "x".repeat(5 << 20) + "\n", "4 MiB")),
        // What the schema refuses
        new Kind(
            "typing error in a key",
            14,
            replace("preempt_delay", "preempt_dleay", "did you mean preempt_delay")),
        new Kind("out of range", 14, BadCommits::outOfRange),
        new Kind(
            "duration without unit",
            12,
            replace("interval: 200ms", "interval: 200", "interval.*200")),
        new Kind(
            "not supported yet",
            12,
            replace(
                "http: {port: 80}",
                "http: {port: 80}\n  db: {port: 5432, protocol: tcp}",
                "protocol.*not supported|not supported.*protocol|tcp.*not supported")),
        // What has the right form and is wrong
        new Kind("undefined upstream", 14, BadCommits::undefinedUpstream),
        new Kind("undefined check", 12, replace("track: [nginx]", "track: [ngnix]", "ngnix")),
        new Kind(
            "node without priority",
            12,
            replace(
                "priorities: {lb01: 100, lb02: 90}",
                "priorities: {lb01: 100}",
                "lb02.*priorit|priorit.*lb02")),
        new Kind(
            "one priority for two",
            12,
            replace(
                "lb02: 90}",
                "lb02: 100}",
                "lb01.*lb02.*100|100.*lb01.*lb02|lb0[12].*same priority")),
        new Kind(
            "VIP is a node's address",
            12,
            replace("10.0.0.50/24", "10.0.0.52/24", "10\\.0\\.0\\.52.*lb02|lb02.*10\\.0\\.0\\.52")),
        new Kind(
            "VIP is a server's address",
            12,
            replace("10.0.0.50/24", "10.0.0.103/24", "10\\.0\\.0\\.103")),
        new Kind(
            "two listeners on a port",
            12,
            replace(
                "http: {port: 80}",
                "http: {port: 80}\n  again: {port: 80}",
                "again.*80|80.*again")),
        new Kind("node renamed", 12, replace("lb01", "lb09", "no node lb01.*lb09")),
        // What only this host can tell
        new Kind("VIP on a missing interface", 12, BadCommits::missingInterface),
        new Kind("nginx refuses", 8, BadCommits::nginxRefuses),
        new Kind("port taken", 3, BadCommits::takenPort),
        // What is in the commit, but no spec
        new Kind(
            "spec deleted",
            10,
            (tree, random) -> {
              Files.delete(spec(tree));
              return Bad.refused("commit [0-9a-f]{7}: cluster.yaml does not exist");
            }),
        new Kind(
            "spec renamed",
            10,
            (tree, random) -> {
              Files.move(
                  spec(tree),
                  tree.resolve("cluster-" + random.nextInt(Integer.MAX_VALUE) + ".yml"));
              return Bad.refused("commit [0-9a-f]{7}: cluster.yaml does not exist");
            }),
        new Kind(
            "spec empty",
            10,
            (tree, random) -> {
              Files.writeString(spec(tree), "");
              return Bad.refused("cluster.yaml.*\\[yaml-empty\\]");
            }),
        new Kind("link out of the repository", 10, BadCommits::traversal),
        new Kind("submodule", 6, BadCommits::submodule),
        new Kind(
            "folder in the spec's place",
            8,
            (tree, random) -> {
              Files.delete(spec(tree));
              Files.writeString(Files.createDirectory(spec(tree)).resolve("readme.txt"), "x");
              return Bad.refused("cluster.yaml/? holds no \\*.yaml");
            }));
  }

  static Path spec(Path tree) {
    return tree.resolve("cluster.yaml");
  }

  private static Change replace(String from, String to, String cause) {
    return (tree, random) -> {
      String good = Files.readString(spec(tree));
      if (!good.contains(from)) {
        throw new IllegalStateException("nothing to replace: " + from);
      }
      Files.writeString(spec(tree), good.replace(from, to));
      return Bad.refused(cause);
    };
  }

  private static Change append(String text, String cause) {
    return (tree, random) -> {
      Files.writeString(spec(tree), Files.readString(spec(tree)) + text);
      return Bad.refused(cause);
    };
  }

  private static Bad aliasBomb(Path tree, Random random) throws IOException, InterruptedException {
    StringBuilder bomb = new StringBuilder("b0: &b0 [x, x]\n");
    for (int i = 1; i < 20 + random.nextInt(20); i++) {
      bomb.append("b%1$d: &b%1$d [*b%2$d, *b%2$d, *b%2$d]\n".formatted(i, i - 1));
    }
    return append(bomb.toString(), "alias").make(tree, random);
  }

  private static Bad nested(Path tree, Random random) throws IOException, InterruptedException {
    int depth = 60 + random.nextInt(5000);
    String text = "deep: " + "[".repeat(depth) + "]".repeat(depth) + "\n";
    return append(text, "\\[yaml-depth\\]|50 levels|deep").make(tree, random);
  }

  private static Bad outOfRange(Path tree, Random random) throws IOException, InterruptedException {
    int id = 256 + random.nextInt(1000);
    return replace("virtual_router_id: 51", "virtual_router_id: " + id, "virtual_router_id.*" + id)
        .make(tree, random);
  }

  private static Bad undefinedUpstream(Path tree, Random random)
      throws IOException, InterruptedException {
    String name = "backend" + random.nextInt(1000);
    return replace("upstream: backend", "upstream: " + name, "\\b" + name + "\\b")
        .make(tree, random);
  }

  private static Bad missingInterface(Path tree, Random random)
      throws IOException, InterruptedException {
    String name = "eth" + (1 + random.nextInt(90));
    String good = Files.readString(spec(tree));
    Files.writeString(spec(tree), good.replace("interface: eth0", "interface: " + name));
    return new Bad("failed", Pattern.compile("\\b" + name + "\\b"));
  }

  private static Bad nginxRefuses(Path tree, Random random)
      throws IOException, InterruptedException {
    String name = "no_such_" + random.nextInt(1000);
    return replace(
            "  backend:\n",
            "  backend:\n    balance: {hash: \"$" + name + "\"}\n",
            "\"" + name + "\" variable|" + name)
        .make(tree, random);
  }

  private static Bad takenPort(Path tree, Random random) throws IOException {
    String good = Files.readString(spec(tree));
    Files.writeString(
        spec(tree),
        good.replace("http: {port: 80}", "http: {port: 80}\n  more: {port: " + TAKEN_PORT + "}")
            .replace("listeners: [http]", "listeners: [http, more]"));
    return new Bad("failed", Pattern.compile("0\\.0\\.0\\.0:" + TAKEN_PORT + ".*in use"));
  }

  private static Bad traversal(Path tree, Random random) throws IOException {
    List<String> targets = List.of("/etc/passwd", "../../../../etc/shadow", "../agent.yaml");
    Files.delete(spec(tree));
    Files.createSymbolicLink(spec(tree), Path.of(targets.get(random.nextInt(targets.size()))));
    return Bad.refused("cluster.yaml is a symbolic link");
  }

  /** Comments, which pack to little. */
  static Bad huge(Path tree, Random random) throws IOException {
    byte[] line = ("# " + random.nextInt() + "x".repeat(100_000) + "\n").getBytes(US_ASCII);
    try (OutputStream out = Files.newOutputStream(spec(tree), StandardOpenOption.APPEND)) {
      for (int written = 0; written < HUGE; written += line.length) {
        out.write(line);
      }
    }
    return Bad.refused("brings an object of more than 8 MiB");
  }

  private static Bad submodule(Path tree, Random random) throws IOException, InterruptedException {
    Files.delete(spec(tree));
    Path other = Files.createDirectory(spec(tree));
    Cluster.git(other, "init", "-q");
    Cluster.git(other, "commit", "-q", "--allow-empty", "-m", "other " + random.nextInt());
    return Bad.refused("cluster.yaml is a submodule");
  }

  static void write(Path tree, String spec) throws IOException {
    Files.write(spec(tree), spec.getBytes(StandardCharsets.UTF_8));
  }
}
