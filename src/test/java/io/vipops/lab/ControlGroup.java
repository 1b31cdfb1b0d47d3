package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A control group of its own for each machine: without one, two systemds that were started from the
 * same group share it, and each ends the other's services. Both hierarchies, where the kernel has
 * systemd's of version 1 beside version 2.
 */
record ControlGroup(String name) {
  private static List<Path> hierarchies() {
    return Stream.of("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup")
        .map(Path::of)
        .filter(root -> Files.exists(root.resolve("cgroup.procs")))
        .toList();
  }

  /** A shell command that puts the shell itself into the group. */
  String enter() throws IOException {
    StringBuilder script = new StringBuilder();
    for (Path root : hierarchies()) {
      Path group = Files.createDirectories(root.resolve(name));
      script.append("echo $$ > %s/cgroup.procs && ".formatted(group));
    }
    return script.append("true").toString();
  }

  /** Removes it; its processes have ended. */
  void remove() throws IOException {
    for (Path root : hierarchies()) {
      Path group = root.resolve(name);
      if (!Files.exists(group)) {
        continue;
      }
      try (Stream<Path> folders = Files.walk(group)) {
        for (Path folder :
            folders.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(folder);
        }
      }
    }
  }
}
