package io.vipops.git;

import io.vipops.lab.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A repository that tests push to with the real git: a bare one and a working copy. */
public final class Origin {
  private final Path bare;
  private final Path work;

  private Origin(Path bare, Path work) {
    this.bare = bare;
    this.work = work;
  }

  /** An empty repository in {@code folder}. */
  public static Origin create(Path folder) throws IOException, InterruptedException {
    Path bare = folder.resolve("origin.git");
    Path work = folder.resolve("work");
    Command.run("git", "init", "-q", "--bare", "-b", "main", bare.toString());
    Command.run("git", "init", "-q", "-b", "main", work.toString());
    Origin origin = new Origin(bare, work);
    origin.git("remote", "add", "origin", bare.toString());
    return origin;
  }

  public Path bare() {
    return bare;
  }

  public Path work() {
    return work;
  }

  public String url() {
    return bare.toUri().toString().replaceFirst("^file:/+", "file:///");
  }

  /** Commits one file and pushes; returns the SHA. */
  public String push(String path, String content) throws IOException, InterruptedException {
    Path file = work.resolve(path);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, content);
    return pushAll("change " + path);
  }

  /** Commits what the working copy holds and pushes; returns the SHA. */
  public String pushAll(String subject) throws IOException, InterruptedException {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", subject);
    git("push", "-q", "-f", "origin", "main");
    return head();
  }

  public String head() throws IOException, InterruptedException {
    return git("rev-parse", "HEAD").strip();
  }

  /** Runs git in the working copy. */
  public String git(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "git",
                "-C",
                work.toString(),
                "-c",
                "user.name=Ada",
                "-c",
                "user.email=ada@example.com",
                "-c",
                "commit.gpgsign=false"));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }
}
