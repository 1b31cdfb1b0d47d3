package io.vipops.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The tree that machines boot from, made by {@code src/test/host-tree.sh} if it is not there. */
public final class DebianTree {
  private DebianTree() {}

  public static Path get() throws IOException, InterruptedException {
    Process build =
        new ProcessBuilder("src/test/host-tree.sh")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String path = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (build.waitFor() != 0) {
      throw new IOException("src/test/host-tree.sh failed; it said why above");
    }
    return Path.of(path);
  }
}
