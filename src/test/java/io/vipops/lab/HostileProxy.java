package io.vipops.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands before real servers on loopback and does what a bad network or server does. A line {@code
 * PORT TARGET MODE} on standard input sets how a port of its own behaves from then on, and resets
 * the connections that it has, unless it becomes whole. Each connection prints {@code conn PORT ID
 * MODE}, and {@code end PORT ID MS} when the client is gone.
 */
public final class HostileProxy {
  private static final int CUT_AFTER = 40;

  private final InetAddress address;
  private final Map<Integer, Front> fronts = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();

  private HostileProxy(InetAddress address) {
    this.address = address;
  }

  /** Argument: the address to listen at. */
  public static void main(String[] arguments) throws IOException {
    HostileProxy proxy = new HostileProxy(InetAddress.getByName(arguments[0]));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 3);
      int port = Integer.parseInt(words[0]);
      proxy
          .fronts
          .computeIfAbsent(port, it -> proxy.new Front(port))
          .set(Integer.parseInt(words[1]), words[2]);
      System.out.println("set " + line);
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(null, work, "proxy", 256 << 10);
    thread.setDaemon(true);
    thread.start();
  }

  private final class Front {
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket server;
    private volatile int target;
    private volatile String mode = "";

    Front(int port) {
      this.port = port;
    }

    void set(int target, String mode) throws IOException {
      this.target = target;
      this.mode = mode;
      if (mode.equals("refuse")) {
        server.close();
        server = null;
      } else if (server == null) {
        ServerSocket fresh = new ServerSocket();
        fresh.setReuseAddress(true);
        fresh.bind(new InetSocketAddress(address, port));
        server = fresh;
        start(() -> accept(fresh));
      }
      if (!mode.equals("whole")) {
        open.forEach(HostileProxy::reset);
      }
    }

    private void accept(ServerSocket from) {
      while (!from.isClosed()) {
        try {
          Socket client = from.accept();
          start(() -> serve(client));
        } catch (IOException e) {
          return; // closed
        }
      }
    }

    private void serve(Socket client) {
      long id = ids.incrementAndGet();
      long startNs = System.nanoTime();
      System.out.println("conn " + port + " " + id + " " + mode);
      open.add(client);
      try (client) {
        switch (mode) {
          case "silent" -> drain(client.getInputStream());
          case "garbage" -> garbage(client);
          case "refs" -> refs(client);
          default -> pass(client);
        }
      } catch (IOException e) {
        // Somebody is gone: that is the end of it.
      } finally {
        open.remove(client);
        System.out.println(
            "end " + port + " " + id + " " + (System.nanoTime() - startNs) / 1_000_000);
      }
    }

    private void pass(Socket client) throws IOException {
      String way = mode;
      try (Socket there = new Socket(InetAddress.getLoopbackAddress(), target)) {
        start(() -> answer(there, client, way));
        client.getInputStream().transferTo(there.getOutputStream());
      }
    }
  }

  private static void answer(Socket from, Socket to, String way) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      switch (way) {
        case "drip" -> drip(in, out);
        case "reset" -> {
          out.write(in.readNBytes(CUT_AFTER));
          reset(to);
        }
        default -> {
          in.transferTo(out);
          to.shutdownOutput();
        }
      }
    } catch (IOException e) {
      // As above.
    }
  }

  private static void drip(InputStream in, OutputStream out) throws IOException {
    for (int one = in.read(); one >= 0; one = in.read()) {
      out.write(one);
      out.flush();
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void garbage(Socket client) throws IOException {
    byte[] noise = new byte[64 << 10];
    new Random(4).nextBytes(noise);
    client.getOutputStream().write(noise);
    drain(client.getInputStream());
  }

  /** Branches without end, as protocol version 0 advertises them. */
  private static void refs(Socket client) throws IOException {
    start(() -> quietly(client));
    OutputStream out = client.getOutputStream();
    for (long n = 0; ; n++) {
      String line = "%040x refs/heads/b%012d".formatted(n + 1, n) + (n == 0 ? "\0ofs-delta" : "");
      out.write("%04x%s\n".formatted(line.length() + 5, line).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void quietly(Socket client) {
    try {
      drain(client.getInputStream());
    } catch (IOException e) {
      // It is gone.
    }
  }

  private static void drain(InputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }
}
