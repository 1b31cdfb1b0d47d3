package io.vipops.crash;

import io.vipops.lab.LabHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be seen of a node from outside. */
interface NodeView {
  /** The folder that holds its {@code state}. */
  Path home();

  LabHost host();

  /** Asks the agent; a map with {@code error} when there is no answer. */
  Map<String, @Nullable Object> ask(String type) throws InterruptedException;

  default Path state() {
    return home().resolve("state");
  }

  /** What nginx answers on its generation endpoint, to each of five connections. */
  default Set<String> answers() throws IOException, InterruptedException {
    String url = " http://127.0.0.1:9182/generation".repeat(5);
    String asked = "curl -s -m 2 -H 'Connection: close'" + url + " || true";
    return new TreeSet<>(host().exec("sh", "-c", asked).lines().toList());
  }

  /** The addresses of {@code eth0} but its own, without prefix length. */
  default Set<String> vips() throws IOException, InterruptedException {
    Set<String> vips = new TreeSet<>();
    for (String line : host().ip("-4", "-o", "addr", "show", "dev", "eth0").lines().toList()) {
      String address = line.strip().split("\\s+")[3].replaceFirst("/.*", "");
      if (!address.matches("10\\.0\\.0\\.5[12]")) {
        vips.add(address);
      }
    }
    return vips;
  }
}
