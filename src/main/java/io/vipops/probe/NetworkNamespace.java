package io.vipops.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Network namespaces as the kernel names them, {@code net:[4026531840]}. */
final class NetworkNamespace {
  private NetworkNamespace() {}

  static String own() throws IOException {
    return of(Path.of("/proc/self"));
  }

  /**
   * @param process a folder {@code /proc/<pid>}
   */
  static String of(Path process) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns/net")).toString();
  }
}
