package io.vipops.git;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An http proxy that opens a tunnel for CONNECT (RFC 9110, 9.3.6), or answers what it is told. */
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket server;
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile String answer = "200 OK";

  ConnectProxy() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The requests' first lines and headers, oldest first. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** From now on every request is answered so, e.g. {@code 403 Forbidden}. */
  void answer(String status) {
    answer = status;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int one = client.getInputStream().read();
        if (one < 0) {
          return;
        }
        head.append((char) one);
      }
      asked.add(head.toString());
      boolean open = answer.startsWith("200");
      String end = open ? "\r\n\r\n" : "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      if (!open) {
        client.getOutputStream().write(text("HTTP/1.1 " + answer + end));
        return;
      }
      String[] target = head.toString().split(" ", 3)[1].split(":", 2);
      try (Socket there = new Socket(target[0], Integer.parseInt(target[1]))) {
        client.getOutputStream().write(text("HTTP/1.1 " + answer + end));
        start(() -> copy(there, client));
        copy(client, there);
      }
    } catch (IOException e) {
      // One of the two is gone, and with this the other.
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      in.transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // As above.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
