package io.vipops.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;

/**
 * A Git server by http (protocol version 2) that has a new commit at each look, and whose pack does
 * not end: one blob of zeros after the other, well packed.
 */
public final class EndlessPack {
  private static final int BLOB = 1 << 20;
  private static final int BLOBS = 100_000;

  private EndlessPack() {}

  /** Argument: the port, on loopback. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
            0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", EndlessPack::serve);
    server.start();
  }

  private static void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream in = exchange.getRequestBody();
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      byte[] body = (zipped ? new GZIPInputStream(in) : in).readAllBytes();
      String asked = new String(body, StandardCharsets.US_ASCII);
      boolean get = exchange.getRequestMethod().equals("GET");
      exchange
          .getResponseHeaders()
          .add(
              "Content-Type",
              "application/x-git-upload-pack-" + (get ? "advertisement" : "result"));
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      if (get) {
        line(out, "# service=git-upload-pack\n");
        out.write(ascii("0000"));
        line(out, "version 2\n");
        line(out, "ls-refs\n");
        line(out, "fetch=shallow\n");
        out.write(ascii("0000"));
      } else if (asked.contains("command=ls-refs")) {
        line(out, "%040x refs/heads/main\n".formatted(System.nanoTime()));
        out.write(ascii("0000"));
      } else {
        pack(out, !asked.contains("0009done\n"));
      }
    }
  }

  private static void pack(OutputStream out, boolean negotiates) throws IOException {
    if (negotiates) { // it has said what it has, and not yet that this is all
      line(out, "acknowledgments\n");
      line(out, "ready\n");
      out.write(ascii("0001"));
    }
    line(out, "packfile\n");
    band(out, ByteBuffer.allocate(12).put(ascii("PACK")).putInt(2).putInt(BLOBS).array());
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    int size = BLOB;
    int head = 0x30 | size & 0xf;
    for (size >>= 4; size != 0; size >>= 7) {
      blob.write(head | 0x80);
      head = size & 0x7f;
    }
    blob.write(head);
    try (DeflaterOutputStream packed = new DeflaterOutputStream(blob)) {
      packed.write(new byte[BLOB]);
    }
    for (int n = 0; n < BLOBS; n++) {
      band(out, blob.toByteArray());
    }
  }

  private static void band(OutputStream out, byte[] data) throws IOException {
    out.write(ascii("%04x".formatted(data.length + 5)));
    out.write(1);
    out.write(data);
    out.flush();
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write(ascii("%04x%s".formatted(text.length() + 4, text)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
