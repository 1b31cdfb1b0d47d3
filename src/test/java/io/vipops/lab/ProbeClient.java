package io.vipops.lab;

import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client of the VIP: one connection per request, one line per request: when (epoch, ms), status
 * (0: no answer), who answered.
 */
public final class ProbeClient {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final long MAX_MS = 1_200_000;

  private ProbeClient() {}

  /** Arguments: address, log file, pause between requests in ms. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    InetSocketAddress vip = new InetSocketAddress(arguments[0], 80);
    long pauseMs = Long.parseLong(arguments[2]);
    long endMs = System.currentTimeMillis() + MAX_MS;
    try (PrintWriter log = new PrintWriter(new FileWriter(arguments[1], true), true)) {
      while (System.currentTimeMillis() < endMs) {
        log.println(System.currentTimeMillis() + " " + ask(vip));
        Thread.sleep(pauseMs);
      }
    }
  }

  private static String ask(InetSocketAddress vip) {
    try (Socket socket = new Socket()) {
      socket.connect(vip, 250);
      socket.setSoTimeout(2000);
      socket.getOutputStream().write(REQUEST);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (answer.length() < 12) {
        return "0 closed without an answer";
      }
      int body = answer.indexOf("\r\n\r\n");
      return answer.substring(9, 12) + " " + answer.substring(body + 4).strip().replace('\n', ' ');
    } catch (IOException e) {
      return "0 " + e.getMessage();
    }
  }
}
