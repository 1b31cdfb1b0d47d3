package io.vipops.agent;

import io.vipops.engine.EngineException;
import io.vipops.engine.LeftAddresses;
import io.vipops.render.VrrpYaml;
import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What an agent that died would have done: gives its addresses up, now. */
public final class Release {
  private Release() {}

  /**
   * Takes the VIPs of the generation in force off this host, unless an agent runs, who holds them.
   *
   * @return what was done, a line each; never empty
   * @throws IOException with the line for the user
   */
  public static List<String> run(AgentConfig config) throws IOException {
    try (AgentLock ours = AgentLock.ifFree(config).orElse(null)) {
      if (ours == null) {
        return List.of("an agent runs: its VIPs stay");
      }
      Path file = config.stateDir().resolve("current").resolve("vrrp.yaml");
      VrrpYaml.Reading reading = VrrpYaml.decode(file.toString(), Files.readAllBytes(file));
      if (reading.file() == null) {
        throw new IOException(file + ": " + reading.problems().get(0).message());
      }
      List<String> lines = LeftAddresses.remove(reading.file().instances());
      return lines.isEmpty() ? List.of("no VIP was left here") : lines;
    } catch (NoSuchFileException e) {
      return List.of("no generation in force: nothing to release");
    } catch (EngineException e) {
      throw new IOException(e.getMessage() + "; run this as root", e);
    }
  }
}
