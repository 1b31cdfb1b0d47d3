package io.vipops.cli;

import io.vipops.spec.AgentConfig;
import io.vipops.spec.AgentConfigReader;
import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code agent.yaml} from disk. */
final class AgentConfigFile {
  private AgentConfigFile() {}

  /** The configuration; null when it is wrong, which {@code terminal} has then been told. */
  static @Nullable AgentConfig read(Path file, Terminal terminal) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      terminal.error(file + ": no such file; contract and example: vipops schema agent");
      return null;
    } catch (IOException e) {
      terminal.error(file + ": cannot be read: " + e.getMessage());
      return null;
    }
    AgentConfigReader.Reading reading =
        AgentConfigReader.read(file.toString(), bytes, shortHostName());
    SourceLines lines = new SourceLines(List.of(new SpecReader.SourceFile(file.toString(), bytes)));
    reading.problems().forEach(it -> terminal.problem(it, lines.line(it.position())));
    return reading.config();
  }

  private static String shortHostName() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      int dot = name.indexOf('.');
      return dot < 0 ? name : name.substring(0, dot);
    } catch (IOException e) {
      return loopbackName();
    }
  }

  private static String loopbackName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
