package io.vipops.git;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a server on this host, until it closes what it has and answers nobody. */
final class TurningServer implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final List<Socket> passed = new CopyOnWriteArrayList<>();
  private final List<Socket> silent = new CopyOnWriteArrayList<>();
  private final int target;
  private volatile boolean turned;

  TurningServer(int target) throws IOException {
    this.target = target;
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Every connection so far is closed; none from here on is answered. */
  void turnSilent() throws IOException {
    turned = true;
    close(passed);
  }

  /** The connections since {@link #turnSilent}, for whoever wants to read what they send. */
  List<Socket> silentOnes() {
    return silent;
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      if (turned) {
        silent.add(client);
      } else {
        Socket there = new Socket(InetAddress.getLoopbackAddress(), target);
        passed.addAll(List.of(client, there));
        start(() -> client.getInputStream().transferTo(there.getOutputStream()));
        start(() -> there.getInputStream().transferTo(client.getOutputStream()));
      }
    }
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
                // A socket was closed: that is the end of it.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    close(passed);
    close(silent);
  }
}
