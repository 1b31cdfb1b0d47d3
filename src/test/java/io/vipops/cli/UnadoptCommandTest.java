package io.vipops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A host in a folder, adopted, with a generation in force, on which an agent seems to run. */
class UnadoptCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path conf;

  @BeforeEach
  void create() throws Exception {
    conf = folder.resolve("nginx.conf");
    Path current = folder.resolve("state/current/nginx/nginx.conf");
    Files.createDirectories(folder.resolve("state/generations/0123456789ab/nginx"));
    Files.createSymbolicLink(folder.resolve("state/current"), Path.of("generations/0123456789ab"));
    Files.writeString(current, "events {}\n");
    Files.createSymbolicLink(conf, current);
    Files.writeString(
        folder.resolve("agent.yaml"),
        """
        version: 1
        node: lb01
        source: {url: "file:///nowhere"}
        state_dir: %1$s/state
        run_dir: %1$s/run
        nginx: {config: %1$s/nginx.conf, pid: %1$s/nginx.pid}
        """
            .formatted(folder));
  }

  private int unadopt(String... options) {
    CommandLine command = new CommandLine(new UnadoptCommand());
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] all = new String[options.length + 2];
    all[0] = "--config";
    all[1] = folder.resolve("agent.yaml").toString();
    System.arraycopy(options, 0, all, 2, options.length);
    return command.execute(all);
  }

  private FileChannel lock() throws Exception {
    return FileChannel.open(
        folder.resolve("state/agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void whileTheAgentRunsNothingIsGivenBackEvenIfForced() throws Exception {
    try (FileChannel file = lock();
        FileLock held = file.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(unadopt("--force")).isEqualTo(1);
    }
    assertThat(err.toString()).contains("stop the agent first: systemctl stop vipops");
    assertThat(conf).isSymbolicLink();
    assertThat(folder.resolve("state/current")).isSymbolicLink();
    assertThat(unadopt()).as(err.toString()).isZero();
    assertThat(conf).doesNotExist();
    assertThat(folder.resolve("state/current")).doesNotExist();
  }

  @Test
  void aDryRunOnlyWarnsOfTheAgent() throws Exception {
    try (FileChannel file = lock();
        FileLock held = file.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(unadopt("--dry-run")).isZero();
    }
    assertThat(err.toString()).contains("warning:", "stop the agent first");
    assertThat(out.toString()).contains("would be: ", "changed: yes");
    assertThat(conf).isSymbolicLink();
  }
}
