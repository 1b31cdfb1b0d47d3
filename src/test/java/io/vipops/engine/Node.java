package io.vipops.engine;

import io.vipops.spec.ChecksumForm;
import io.vipops.spec.Garp;
import io.vipops.spec.Prefix;
import io.vipops.spec.TrackedInterface;
import io.vipops.spec.Unicast;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import io.vipops.vrrp.Checksum;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A node with an engine and nothing else, run by tests inside a namespace of theirs. Takes its
 * instance as {@code key=value} arguments and prints what its listener hears, one line each; on its
 * standard input {@code apply key=value…} changes the instance and {@code status} prints it. With
 * {@code instances=a,b} there are several, and {@code a.key=value} is for that one alone.
 */
final class Node implements EngineListener {
  /** Whether each line begins with its time. */
  private static volatile boolean stamped;

  Node() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = settings(new LinkedHashMap<>(), Arrays.asList(arguments));
    stamped = Boolean.parseBoolean(settings.get("stamped"));
    String record = settings.get("record");
    Recorder recorder = record == null ? null : Recorder.open(Path.of(record), Node::say);
    Engine engine = Engine.start(new Node(), Heartbeat.NONE, recorder);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  engine.close();
                  if (recorder != null) {
                    recorder.close();
                  }
                }));
    for (Checksum form : Checksum.values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(settings.get("learned"))) {
        engine.learned(Map.of("eth0 vrid 51 v3", form));
      }
    }
    apply(engine, settings, List.of());
    String line = line();
    while (line != null) {
      List<String> words = List.of(line.split(" "));
      if (words.get(0).equals("apply")) {
        apply(engine, settings, words.subList(1, words.size()));
      } else if (words.get(0).equals("fail")) {
        engine.loop.submit(new Failing());
      } else {
        engine.status().forEach(Node::say);
        say(engine.lateness());
      }
      line = line();
    }
    Thread.currentThread().join();
  }

  /** An error of ours inside the loop. */
  private static final class Failing implements Loop.Order {
    @Override
    public void run(long nowNs) {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public void refuse(Throwable cause) {}
  }

  private static void apply(Engine engine, Map<String, String> settings, List<String> words)
      throws Exception {
    List<Instance> instances = new ArrayList<>();
    Map<String, Standing> standings = new LinkedHashMap<>();
    for (Map<String, String> each : each(settings(settings, words))) {
      Instance instance = instance(each);
      instances.add(instance);
      standings.put(instance.name(), standing(instance, each));
    }
    engine.dryRun(instances).forEach(it -> say("dry run: " + it));
    try {
      engine.apply(instances, standings).get();
      say("applied");
    } catch (ExecutionException e) {
      say("refused: " + e.getCause().getMessage());
    }
  }

  private static Standing standing(Instance instance, Map<String, String> settings) {
    int priority = Integer.parseInt(settings.getOrDefault("effective", "" + instance.priority()));
    return new Standing(
        priority,
        priority < instance.priority(),
        Boolean.parseBoolean(settings.get("fault")),
        true,
        Boolean.parseBoolean(settings.get("yielding")),
        "told so by the test");
  }

  /** What each instance is to be like. */
  private static List<Map<String, String>> each(Map<String, String> settings) {
    List<Map<String, String>> all = new ArrayList<>();
    for (String name : settings.getOrDefault("instances", "web").split(",")) {
      Map<String, String> own = new LinkedHashMap<>(settings);
      own.put("name", name);
      settings.forEach(
          (key, value) -> {
            if (key.startsWith(name + ".")) {
              own.put(key.substring(name.length() + 1), value);
            }
          });
      all.add(own);
    }
    return all;
  }

  private static Map<String, String> settings(Map<String, String> settings, List<String> words) {
    words.forEach(it -> settings.put(it.split("=", 2)[0], it.split("=", 2)[1]));
    return settings;
  }

  static Instance instance(Map<String, String> settings) throws UnknownHostException {
    List<VirtualAddress> vips = addresses(settings.getOrDefault("vips", "10.0.0.50/24"), settings);
    Duration interval =
        Duration.ofMillis(Long.parseLong(settings.getOrDefault("interval_ms", "1000")));
    return new Instance(
        settings.getOrDefault("name", "web"),
        Integer.parseInt(settings.getOrDefault("vrid", "51")),
        Integer.parseInt(settings.getOrDefault("version", "3")),
        settings.getOrDefault("interface", "eth0"),
        InetAddress.getByName(settings.get("address")),
        Integer.parseInt(settings.getOrDefault("priority", "100")),
        settings.get("password"),
        settings.get("password_file"),
        peers(settings.getOrDefault("peers", "")),
        vips,
        interval,
        Boolean.parseBoolean(settings.getOrDefault("preempt", "true")),
        Duration.ZERO,
        Duration.ofSeconds(Long.parseLong(settings.getOrDefault("lease", "3"))),
        List.of(),
        options(settings));
  }

  /** {@code 10.0.0.52=90,10.0.0.53=80}. */
  private static List<Instance.Peer> peers(String text) throws UnknownHostException {
    List<Instance.Peer> peers = new ArrayList<>();
    for (String word : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] parts = word.split("=");
      InetAddress address = InetAddress.getByName(parts[0]);
      peers.add(new Instance.Peer(parts[0], address, Integer.parseInt(parts[1])));
    }
    return peers;
  }

  /** {@code 10.0.0.50/24,10.0.1.50/24@eth1}. */
  private static List<VirtualAddress> addresses(String text, Map<String, String> settings)
      throws UnknownHostException {
    List<VirtualAddress> addresses = new ArrayList<>();
    for (String word : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] parts = word.split("@");
      addresses.add(
          new VirtualAddress(
              prefix(parts[0]),
              settings.get("label"),
              parts.length > 1 ? parts[1] : null,
              VirtualAddress.Scope.valueOf(settings.getOrDefault("scope", "GLOBAL"))));
    }
    return addresses;
  }

  /** {@code eth1:-10,eth2:0}. */
  private static List<TrackedInterface> tracked(String text) {
    return Arrays.stream(text.split(","))
        .filter(it -> !it.isEmpty())
        .map(it -> it.split(":"))
        .map(it -> new TrackedInterface(it[0], Integer.parseInt(it[1])))
        .toList();
  }

  /** {@code garp=repeat:delay:refresh}, the times in seconds. */
  private static VrrpOptions options(Map<String, String> settings) throws UnknownHostException {
    String[] garp = settings.getOrDefault("garp", "5:5:0").split(":");
    return new VrrpOptions(
        new Garp(
            Integer.parseInt(garp[0]),
            Duration.ofSeconds(Long.parseLong(garp[1])),
            Duration.ofSeconds(Long.parseLong(garp[2]))),
        tracked(settings.getOrDefault("track_interfaces", "")),
        List.of(),
        ChecksumForm.valueOf(settings.getOrDefault("checksum", "auto").toUpperCase(Locale.ROOT)),
        addresses(settings.getOrDefault("excluded", ""), settings),
        unicast(settings),
        Boolean.parseBoolean(settings.getOrDefault("accept", "true")),
        Boolean.parseBoolean(settings.getOrDefault("virtual_mac", "false")),
        settings.get("sync_group"));
  }

  /** {@code unicast=10.0.0.52,10.0.0.53}, and {@code min_ttl=254}. */
  private static @Nullable Unicast unicast(Map<String, String> settings)
      throws UnknownHostException {
    String text = settings.getOrDefault("unicast", "");
    List<InetAddress> peers = new ArrayList<>();
    for (String peer : text.isEmpty() ? new String[0] : text.split(",")) {
      peers.add(InetAddress.getByName(peer));
    }
    int minTtl = Integer.parseInt(settings.getOrDefault("min_ttl", "255"));
    return text.isEmpty() ? null : new Unicast(peers, minTtl);
  }

  private static Prefix prefix(String text) throws UnknownHostException {
    String[] parts = text.split("/");
    return new Prefix(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1]));
  }

  private static @Nullable String line() throws Exception {
    StringBuilder line = new StringBuilder();
    for (int b = System.in.read(); b != '\n'; b = System.in.read()) {
      if (b < 0) {
        return null;
      }
      line.append((char) b);
    }
    return line.toString();
  }

  @Override
  public void onTransition(Instance instance, State from, State to, String reason, int priority) {
    say(instance.name() + " " + from + " -> " + to + ": " + reason);
  }

  @Override
  public void onEvent(String instance, String line) {
    say(instance + " event: " + line);
  }

  @Override
  public void onFailure(Throwable cause) {
    say("failure: " + cause);
    cause.printStackTrace(System.out);
  }

  private static synchronized void say(Object line) {
    String stamp = stamped ? Instant.now() + " " : "";
    byte[] bytes = (stamp + line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
