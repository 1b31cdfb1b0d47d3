package io.vipops.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server on loopback that reads one request and answers with given bytes, all or one by one. */
final class Canned implements AutoCloseable {
  private final ServerSocket server;
  private volatile String request = "";

  /**
   * @param slow keeps sending one byte a time, forever, never reaching the end
   */
  Canned(String answer, boolean slow) throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(() -> serve(answer, slow));
    thread.setDaemon(true);
    thread.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  String request() {
    return request;
  }

  private void serve(String answer, boolean slow) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        byte[] bytes = new byte[4096];
        request = new String(bytes, 0, socket.getInputStream().read(bytes), StandardCharsets.UTF_8);
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        while (slow) {
          socket.getOutputStream().write('x');
          Thread.sleep(20);
        }
      } catch (IOException | InterruptedException e) {
        // The client went away, or the test is over.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
