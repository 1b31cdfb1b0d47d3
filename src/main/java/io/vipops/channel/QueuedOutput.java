package io.vipops.channel;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose writer never waits for the reader at the other end: what is written is queued, and
 * a thread of its own passes it on. A reader that lets too much pile up is given up.
 */
public final class QueuedOutput extends OutputStream {
  /** Bytes that may wait; a single write that is longer still fits into an empty queue. */
  private static final int CAPACITY = 256 << 10;

  private static final int MOST_WRITES = 256;

  private final OutputStream out;
  private final Runnable giveUp;
  private final Queue<byte[]> waiting = new ArrayDeque<>();
  private int bytes;
  private boolean closed;
  private boolean writing;
  private long writingSinceNs;

  /**
   * @param giveUp ends the connection, so that a write that hangs in {@code out} returns; must not
   *     wait itself
   * @param name of the writing thread
   */
  public QueuedOutput(OutputStream out, Runnable giveUp, String name) {
    this.out = out;
    this.giveUp = giveUp;
    Thread thread = new Thread(this::pass, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Queues a copy.
   *
   * @throws IOException if the other end was given up
   */
  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    synchronized (this) {
      boolean fits =
          waiting.isEmpty() || (bytes + length <= CAPACITY && waiting.size() < MOST_WRITES);
      if (!closed && fits) {
        byte[] copy = new byte[length];
        System.arraycopy(from, offset, copy, 0, length);
        waiting.add(copy);
        bytes += length;
        notifyAll();
        return;
      }
    }
    close();
    throw new IOException("the other side does not read");
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  /** For how long the other end has not taken what is being written; 0: nothing waits. */
  public synchronized long stuckNs(long nowNs) {
    return writing ? nowNs - writingSinceNs : 0;
  }

  private void pass() {
    try {
      for (byte[] next = take(); next != null; next = take()) {
        out.write(next);
        out.flush();
      }
    } catch (IOException e) {
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized byte @Nullable [] take() throws InterruptedException {
    writing = false;
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    if (closed) {
      return null;
    }
    writing = true;
    writingSinceNs = System.nanoTime();
    byte[] next = waiting.remove();
    bytes -= next.length;
    return next;
  }

  /** Gives the other end up; what waits is lost. Does not wait itself. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      waiting.clear();
      notifyAll();
    }
    giveUp.run();
  }
}
