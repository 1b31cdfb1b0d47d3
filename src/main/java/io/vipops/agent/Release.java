package io.vipops.agent;

import io.vipops.engine.EngineException;
import io.vipops.engine.LeftAddresses;
import io.vipops.render.VrrpFile;
import io.vipops.render.VrrpYaml;
import io.vipops.spec.AgentConfig;
import io.vipops.vrrp.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What an agent that died would have done: gives its addresses up, now. */
public final class Release {
  private Release() {}

  /**
   * Takes the VIPs of the generation in force off this host, unless an agent runs, who holds them.
   *
   * @param alsoBetween folders of generations that an interrupted apply was between; they need not
   *     exist
   * @return what was done, a line each; never empty
   * @throws IOException with the line for the user, after all was done that could be
   */
  public static List<String> run(AgentConfig config, List<Path> alsoBetween) throws IOException {
    try (AgentLock ours = AgentLock.ifFree(config).orElse(null)) {
      if (ours == null) {
        return List.of("an agent runs: its VIPs stay");
      }
      List<Path> folders = new ArrayList<>(List.of(config.stateDir().resolve("current")));
      folders.addAll(alsoBetween);
      List<Instance> instances = new ArrayList<>();
      List<String> unread = new ArrayList<>();
      boolean none = true;
      for (Path folder : folders) {
        none &= !add(folder.resolve("vrrp.yaml"), instances, unread);
      }
      if (none) {
        return List.of("no generation in force: nothing to release");
      }
      List<String> lines =
          new ArrayList<>(
              LeftAddresses.remove(instances, LearnedChecksums.load(config.stateDir()).forms()));
      if (!unread.isEmpty()) {
        lines.addAll(unread);
        throw new IOException(String.join("; ", lines));
      }
      return lines.isEmpty() ? List.of("no VIP was left here") : lines;
    } catch (EngineException e) {
      throw new IOException(e.getMessage() + "; run this as root", e);
    }
  }

  /** Returns whether there is such a file; one that is damaged must not keep others' VIPs here. */
  private static boolean add(Path file, List<Instance> instances, List<String> unread) {
    try {
      VrrpYaml.Reading reading = VrrpYaml.decode(file.toString(), Files.readAllBytes(file));
      VrrpFile vrrp = reading.file();
      if (vrrp == null) {
        unread.add(file + ": " + reading.problems().get(0).message());
      } else {
        instances.addAll(vrrp.instances());
      }
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      unread.add("cannot read " + file + ": " + e);
    }
    return true;
  }
}
