package io.vipops.cli;

import io.vipops.render.Generation;
import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.spec.Closest;
import io.vipops.spec.Problem;
import io.vipops.spec.SourceLines;
import io.vipops.spec.SpecReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code render} does, apart from its command line. */
final class Rendition {
  private final Terminal terminal;

  Rendition(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Renders {@code node}'s files; returns the exit code.
   *
   * @param folder null: prints them
   */
  int run(Path path, String node, @Nullable Path folder) {
    List<SpecReader.SourceFile> files;
    try {
      files = SpecPath.read(path);
    } catch (SpecPath.UnreadableException e) {
      return fail(e.getMessage());
    }
    SpecReader.Reading reading = SpecReader.read(files);
    SourceLines lines = new SourceLines(files);
    for (Problem problem : reading.problems()) {
      String line = lines.line(problem.position());
      terminal.problem(problem, line);
    }
    if (reading.spec() == null) {
      return 1;
    }
    Set<String> nodes = reading.spec().cluster().nodes().keySet();
    if (!nodes.contains(node)) {
      String hint = Closest.hint(node, nodes);
      String known = hint.isEmpty() ? ": the nodes are " + String.join(", ", nodes) : hint;
      return fail(path + " has no node " + node + known);
    }
    Generation generation = Renderer.render(reading.spec(), node, Host.DEFAULT).generation();
    if (folder == null) {
      print(generation);
      return 0;
    }
    return write(generation, folder);
  }

  private void print(Generation generation) {
    PrintWriter out = terminal.out();
    String gap = "";
    for (Map.Entry<String, byte[]> file : generation.files().entrySet()) {
      out.print(gap + "# ==> " + file.getKey() + "\n");
      out.print(new String(file.getValue(), StandardCharsets.UTF_8));
      gap = "\n";
    }
    out.flush();
  }

  private int write(Generation generation, Path folder) {
    for (Map.Entry<String, byte[]> file : generation.files().entrySet()) {
      Path to = folder.resolve(file.getKey());
      try {
        write(to, file.getValue());
      } catch (IOException e) {
        return fail("cannot write " + to + ": " + reason(e));
      }
    }
    terminal.good("generation " + generation.id() + " in " + folder);
    return 0;
  }

  /** For its owner only: a password may stand in it. */
  private static void write(Path to, byte[] content) throws IOException {
    Path parent = to.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.deleteIfExists(to);
    Files.createFile(
        to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(to, content);
  }

  private static @Nullable String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException there) {
      return there.getFile() + " is not a folder";
    }
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : e.getMessage();
  }

  private int fail(@Nullable String message) {
    terminal.error(String.valueOf(message));
    return 2;
  }
}
