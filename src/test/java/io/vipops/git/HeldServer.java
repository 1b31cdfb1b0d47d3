package io.vipops.git;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** One repository behind git:// (gitprotocol-pack(5)) with the real upload-pack, where it wants. */
final class HeldServer implements AutoCloseable {
  /** What becomes of a connection. */
  enum Mode {
    SERVE,
    HOLD,
    CLOSE
  }

  private final ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final Path bare;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile List<Mode> modes = List.of(Mode.SERVE);
  private final List<Socket> held = new CopyOnWriteArrayList<>();

  HeldServer(Path bare) throws IOException {
    this.bare = bare;
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** What the connections meet, one after the other; the last of it stays. */
  void meet(Mode... each) {
    modes = List.of(each);
  }

  int connections() {
    return connections.get();
  }

  /** The first one that was held. */
  Socket held() {
    return held.get(0);
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      List<Mode> now = modes;
      Mode mode = now.get(Math.min(connections.get(), now.size() - 1));
      if (mode == Mode.HOLD) {
        held.add(client);
      }
      connections.incrementAndGet();
      if (mode == Mode.SERVE) {
        serve(client);
      } else if (mode == Mode.CLOSE) {
        client.close();
      }
    }
  }

  /** Answers from now on. */
  void serve(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    int length = Integer.parseInt(new String(in.readNBytes(4), StandardCharsets.US_ASCII), 16);
    in.readNBytes(length - 4); // which service, of which repository
    Process git = new ProcessBuilder("git", "upload-pack", bare.toString()).start();
    start(
        () -> {
          try (client) {
            git.getInputStream().transferTo(client.getOutputStream());
          }
        });
    start(
        () -> {
          try (var toGit = git.getOutputStream()) {
            in.transferTo(toGit);
          }
        });
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // Somebody is gone: that is the end of it.
              }
            },
            "held-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket it : held) {
      it.close();
    }
  }
}
