import java.io.FileWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The client of the demo: asks the VIP again and again, one connection each, and writes a line per
 * request: when it was sent (epoch, ms), status (0: no answer), who answered.
 *
 * <p>java Client.java ADDRESS PORT LOG [MAX_SECONDS]
 */
public final class Client {
  private static final int PAUSE_MS = 8;
  private static final int CONNECT_MS = 250;
  private static final int READ_MS = 2000;
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private Client() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    InetSocketAddress vip = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    long seconds = arguments.length > 3 ? Long.parseLong(arguments[3]) : 600;
    long end = System.currentTimeMillis() + 1000 * seconds;
    try (PrintWriter log = new PrintWriter(new FileWriter(arguments[2], true), true)) {
      while (System.currentTimeMillis() < end) {
        log.println(System.currentTimeMillis() + " " + ask(vip));
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  private static String ask(InetSocketAddress vip) {
    try (Socket socket = new Socket()) {
      socket.connect(vip, CONNECT_MS);
      socket.setSoTimeout(READ_MS);
      OutputStream to = socket.getOutputStream();
      to.write(REQUEST);
      to.flush();
      InputStream from = socket.getInputStream();
      String answer = new String(from.readAllBytes(), StandardCharsets.US_ASCII);
      String status = answer.length() > 12 ? answer.substring(9, 12) : "0";
      return status + " " + answer.substring(answer.lastIndexOf('\n', answer.length() - 2) + 1).strip();
    } catch (IOException e) {
      return "0 " + e.getMessage();
    }
  }
}
