package io.vipops.engine;

import io.vipops.spec.Prefix;
import io.vipops.spec.VirtualAddress;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.Standing;
import io.vipops.vrrp.State;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A node with an engine and nothing else, run by tests inside a namespace of theirs. Takes its
 * instance as {@code key=value} arguments and prints what its listener hears, one line each; on its
 * standard input {@code apply key=value…} changes the instance and {@code status} prints it.
 */
final class Node implements EngineListener {
  Node() {}

  public static void main(String[] arguments) throws Exception {
    Engine engine = Engine.start(new Node());
    Runtime.getRuntime().addShutdownHook(new Thread(engine::close));
    Map<String, String> settings = new LinkedHashMap<>();
    apply(engine, settings, Arrays.asList(arguments));
    String line = line();
    while (line != null) {
      List<String> words = List.of(line.split(" "));
      if (words.get(0).equals("apply")) {
        apply(engine, settings, words.subList(1, words.size()));
      } else if (words.get(0).equals("fail")) {
        engine.loop.submit(new Failing());
      } else {
        engine.status().forEach(Node::say);
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
    words.forEach(it -> settings.put(it.split("=", 2)[0], it.split("=", 2)[1]));
    Instance instance = instance(settings);
    int priority = Integer.parseInt(settings.getOrDefault("effective", "" + instance.priority()));
    Standing standing =
        new Standing(
            priority, priority < instance.priority(), false, true, false, "told so by the test");
    engine.dryRun(List.of(instance)).forEach(it -> say("dry run: " + it));
    try {
      engine.apply(List.of(instance), Map.of(instance.name(), standing)).get();
      say("applied");
    } catch (ExecutionException e) {
      say("refused: " + e.getCause().getMessage());
    }
  }

  static Instance instance(Map<String, String> settings) throws UnknownHostException {
    List<VirtualAddress> vips = new ArrayList<>();
    for (String vip : settings.getOrDefault("vips", "10.0.0.50/24").split(",")) {
      vips.add(new VirtualAddress(prefix(vip), settings.get("label")));
    }
    Duration interval =
        Duration.ofMillis(Long.parseLong(settings.getOrDefault("interval_ms", "1000")));
    return new Instance(
        "web",
        Integer.parseInt(settings.getOrDefault("vrid", "51")),
        Integer.parseInt(settings.getOrDefault("version", "3")),
        "eth0",
        InetAddress.getByName(settings.get("address")),
        Integer.parseInt(settings.getOrDefault("priority", "100")),
        settings.get("password"),
        settings.get("password_file"),
        List.of(),
        vips,
        interval,
        true,
        Duration.ZERO,
        Duration.ofSeconds(Long.parseLong(settings.getOrDefault("lease", "3"))),
        List.of());
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
  public void onTransition(String instance, State from, State to, String reason) {
    say(instance + " " + from + " -> " + to + ": " + reason);
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
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
