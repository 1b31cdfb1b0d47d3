package io.vipops.engine;

import io.vipops.lab.Await;
import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two hosts on one bridge, {@code a} 10.0.0.51 and {@code b} 10.0.0.52, that want 10.0.0.50. */
final class Pair implements AutoCloseable {
  static final String VIP = "10.0.0.50";
  static final Duration SOON = Duration.ofSeconds(15);

  /** As small as the agent's process is meant to be. */
  static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx24m",
          "-XX:TieredStopAtLevel=1",
          "-Djna.nosys=true",
          "--enable-native-access=ALL-UNNAMED");

  final Lab lab;
  final LabHost a;
  final LabHost b;

  Pair() throws IOException, InterruptedException {
    lab = Lab.create();
    try {
      a = lab.host("a", "10.0.0.51/24");
      b = lab.host("b", "10.0.0.52/24");
    } catch (IOException | InterruptedException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /** Starts an engine; see {@link Node}. */
  Running node(LabHost host, String... settings) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(settings));
    arguments.add("address=" + address(host));
    return host.java(Node.class, JVM, arguments.toArray(String[]::new));
  }

  String address(LabHost host) {
    return host == a ? "10.0.0.51" : "10.0.0.52";
  }

  /** Gives both hosts IPv6, {@code a} fd00::51 and {@code b} fd00::52. */
  Pair withIpv6() throws Exception {
    for (LabHost host : List.of(a, b)) {
      host.enableIpv6();
      host.ip("addr", "add", host == a ? "fd00::51/64" : "fd00::52/64", "dev", "eth0", "nodad");
    }
    for (LabHost host : List.of(a, b)) {
      var unused = Await.until("link-local address", SOON, () -> !host.linkLocal().isEmpty());
    }
    return this;
  }

  void awaitHolder(LabHost host, Running... explain) throws Exception {
    awaitHolder(VIP, host, explain);
  }

  void awaitHolder(String vip, LabHost host, Running... explain) throws Exception {
    try {
      var unused = Await.until(vip + " on " + host.namespace(), SOON, () -> host.holds(vip));
    } catch (AssertionError e) {
      StringBuilder message = new StringBuilder(e.getMessage());
      for (Running it : explain) {
        message.append("\n--- ").append(it.pid()).append('\n').append(it.output());
      }
      throw new AssertionError(message.toString(), e);
    }
  }

  static void awaitOutput(Running process, String text) throws Exception {
    try {
      var unused = Await.until("\"" + text + "\"", SOON, () -> process.output().contains(text));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + " in\n" + process.output(), e);
    }
  }

  @Override
  public void close() {
    lab.close();
  }
}
