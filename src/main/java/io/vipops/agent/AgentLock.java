package io.vipops.agent;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One agent per folder: a lock that the kernel lets go when its process ends, however it ends. The
 * file stays.
 */
final class AgentLock implements Closeable {
  private final FileChannel file;

  private AgentLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Locks {@code folder}, which must exist.
   *
   * @throws CannotStartException when another agent has it
   */
  static AgentLock take(Path folder) throws IOException {
    Path path = folder.resolve("agent.lock");
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return new AgentLock(file);
      }
    } catch (OverlappingFileLockException e) {
      // By this very process; the answer is the same.
      file.close();
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    throw new CannotStartException(
        path + " is locked: another vipops agent runs with this folder; stop that one first");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
