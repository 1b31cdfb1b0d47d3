package io.vipops.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vipops.lab.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Serves the repositories of a folder by {@code git http-backend} behind TLS and a token. */
final class GitHttpsServer implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path root;
  private final String token;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> redirects = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();

  private GitHttpsServer(Path root, String token) throws IOException {
    this.root = root;
    Files.write(caFile(), Tls.SHARED.pem());
    this.token = token;
    this.server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(Tls.SHARED.context()));
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  static GitHttpsServer start(Path root, String token) throws IOException {
    return new GitHttpsServer(root, token);
  }

  /** One certificate for all servers of a run: keytool takes its time. */
  private record Tls(SSLContext context, byte[] pem) {
    private static final Tls SHARED = make();

    private static Tls make() {
      try {
        Path folder = Files.createTempDirectory("vipops-tls-");
        Path store = folder.resolve("tls.p12");
        Path pem = folder.resolve("ca.pem");
        keytool(
            "-genkeypair -alias s -keyalg EC -dname CN=127.0.0.1 -ext san=ip:127.0.0.1"
                + " -storetype PKCS12 -keystore "
                + store);
        keytool("-exportcert -rfc -alias s -keystore " + store + " -file " + pem);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
          keys.load(in, PASSWORD);
        }
        KeyManagerFactory factory =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        byte[] bytes = Files.readAllBytes(pem);
        Files.delete(pem);
        Files.delete(store);
        Files.delete(folder);
        return new Tls(context, bytes);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void keytool(String arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ", -1)));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    Command.run(command);
  }

  String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  Path caFile() {
    return root.resolve("ca.pem");
  }

  long requests() {
    return requests.get();
  }

  void redirect(String prefix, String target) {
    redirects.put(prefix, target);
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      for (Map.Entry<String, String> redirect : redirects.entrySet()) {
        if (path.startsWith(redirect.getKey())) {
          String query = exchange.getRequestURI().getRawQuery();
          String rest = path.substring(redirect.getKey().length());
          exchange
              .getResponseHeaders()
              .add("Location", redirect.getValue() + rest + (query == null ? "" : "?" + query));
          exchange.sendResponseHeaders(302, -1);
          return;
        }
      }
      String wanted =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(("vipops:" + token).getBytes(StandardCharsets.UTF_8));
      if (!wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      backend(exchange, path);
    }
  }

  /** RFC 3875. */
  private void backend(HttpExchange exchange, String path) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> cgi = builder.environment();
    cgi.put("GIT_PROJECT_ROOT", root.toString());
    cgi.put("GIT_HTTP_EXPORT_ALL", "1");
    cgi.put("PATH_INFO", path);
    cgi.put("REQUEST_METHOD", exchange.getRequestMethod());
    String query = exchange.getRequestURI().getRawQuery();
    cgi.put("QUERY_STRING", query == null ? "" : query);
    header(exchange, "Content-Type", cgi, "CONTENT_TYPE");
    header(exchange, "Content-Encoding", cgi, "HTTP_CONTENT_ENCODING");
    header(exchange, "Git-Protocol", cgi, "HTTP_GIT_PROTOCOL");
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    byte[] body = exchange.getRequestBody().readAllBytes();
    try (OutputStream in = process.getOutputStream()) {
      in.write(body);
    } catch (IOException e) {
      // It answered without reading.
    }
    byte[] answer = process.getInputStream().readAllBytes();
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    int status = 200;
    for (String line : text.substring(0, end).split("\r\n", -1)) {
      String value = line.substring(line.indexOf(':') + 1).strip();
      if (line.startsWith("Status:")) {
        status = Integer.parseInt(value.substring(0, 3));
      } else {
        exchange.getResponseHeaders().add(line.substring(0, line.indexOf(':')), value);
      }
    }
    int length = answer.length - end - 4;
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    exchange.getResponseBody().write(answer, end + 4, length);
  }

  private static void header(
      HttpExchange exchange, String name, Map<String, String> cgi, String variable) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      cgi.put(variable, value);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
