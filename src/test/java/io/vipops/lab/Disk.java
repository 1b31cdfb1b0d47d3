package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine's file system: a shared tree below, what the machine writes above it. Where the kernel
 * cannot put an overlay on the folder (it may be one itself), a copy of the tree.
 *
 * @param tree never written
 * @param folder the machine's own
 */
record Disk(Path tree, Path folder) {
  Path root() {
    return folder.resolve("root");
  }

  void mount() throws IOException, InterruptedException {
    for (String part : new String[] {"root", "written", "work"}) {
      Files.createDirectories(folder.resolve(part));
    }
    try {
      Command.run(
          "mount",
          "-t",
          "overlay",
          "overlay",
          "-o",
          "lowerdir=%s,upperdir=%s,workdir=%s"
              .formatted(tree, folder.resolve("written"), folder.resolve("work")),
          root().toString());
    } catch (IOException noOverlay) {
      Command.run("cp", "-a", "--reflink=auto", tree + "/.", root().toString());
    }
  }

  /** Nothing may run from it any more; no error when it is not mounted. */
  void unmount() {
    Command.attempt("umount", root().toString());
  }
}
