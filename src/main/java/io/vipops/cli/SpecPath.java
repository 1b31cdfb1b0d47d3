package io.vipops.cli;

import io.vipops.spec.SpecReader.SourceFile;
import io.vipops.spec.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The files of a spec that a command was given by path. */
final class SpecPath {
  /** A path that cannot be read; the message is for the user. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private SpecPath() {}

  /** Whether {@code path} is {@code -}, which stands for stdin. */
  static boolean isStdin(Path path) {
    return path.toString().equals("-");
  }

  /**
   * Refuses an empty argument as wrong usage: it would name the current folder, and is an unset
   * variable of a script.
   *
   * @param what the argument's name
   */
  static void requireNamed(CommandSpec command, String what, String value) {
    if (value.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), what + " is empty: for this folder, say .");
    }
  }

  /** A spec of one file, {@code name}, from {@code in}. */
  static List<SourceFile> read(InputStream in, String name) throws UnreadableException {
    try {
      return List.of(new SourceFile(name, in.readNBytes(Yaml.MAX_BYTES + 1)));
    } catch (IOException e) {
      throw new UnreadableException(name + ": " + reason(e), e);
    }
  }

  /** One file, or all {@code *.yaml} of a folder, named as the user named it. */
  static List<SourceFile> read(Path path) throws UnreadableException {
    try {
      if (!Files.isDirectory(path)) {
        return List.of(file(path));
      }
      List<Path> paths = new ArrayList<>();
      try (DirectoryStream<Path> folder = Files.newDirectoryStream(path, "*.yaml")) {
        folder.forEach(paths::add);
      }
      if (paths.isEmpty()) {
        throw new NoSuchFileException(path.toString(), null, "no *.yaml file in this folder");
      }
      Collections.sort(paths);
      List<SourceFile> files = new ArrayList<>();
      for (Path one : paths) {
        files.add(file(one));
      }
      return files;
    } catch (IOException e) {
      throw new UnreadableException(path + ": " + reason(e), e);
    }
  }

  /** No more than is needed to see that a file is too large. */
  private static SourceFile file(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return new SourceFile(path.toString(), in.readNBytes(Yaml.MAX_BYTES + 1));
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return missing.getReason() == null ? "no such file or folder" : missing.getReason();
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return String.valueOf(e.getMessage());
  }
}
