package io.vipops.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Serves the repositories of a folder by {@code git http-backend} behind TLS and a token. */
final class GitHttpsServer implements AutoCloseable {
  private final Path root;
  private final String token;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, HttpHandler> instead = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();

  private GitHttpsServer(Path root, String token, @Nullable KeyStore clients) throws IOException {
    this.root = root;
    Files.write(caFile(), Tls.SHARED.pem());
    this.token = token;
    this.server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(configurator(clients));
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  static GitHttpsServer start(Path root, String token) throws IOException {
    return new GitHttpsServer(root, token, null);
  }

  /** One that lets in only who shows one of these certificates. */
  static GitHttpsServer startForClients(Path root, String token, KeyStore clients)
      throws IOException {
    return new GitHttpsServer(root, token, clients);
  }

  private static HttpsConfigurator configurator(@Nullable KeyStore clients) {
    if (clients == null) {
      return new HttpsConfigurator(Tls.SHARED.context(null));
    }
    return new HttpsConfigurator(Tls.SHARED.context(clients)) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters tls = getSSLContext().getDefaultSSLParameters();
        tls.setNeedClientAuth(true);
        parameters.setSSLParameters(tls);
      }
    };
  }

  /** One certificate for all servers of a run: keytool takes its time. */
  private record Tls(KeyStore keys, byte[] pem) {
    private static final Tls SHARED = make();

    private static Tls make() {
      try {
        KeyStore keys = Certificates.selfSigned("127.0.0.1");
        return new Tls(keys, Certificates.pem(keys));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    SSLContext context(@Nullable KeyStore clients) {
      try {
        KeyManagerFactory own =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, Certificates.PASSWORD);
        TrustManagerFactory theirs =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        theirs.init(clients == null ? keys : clients);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), theirs.getTrustManagers(), null);
        return context;
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
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

  /** Answers what begins with {@code prefix} otherwise. */
  void instead(String prefix, HttpHandler answer) {
    instead.put(prefix, answer);
  }

  void redirect(String prefix, String target) {
    instead(
        prefix,
        exchange -> {
          URI asked = exchange.getRequestURI();
          String rest = asked.getPath().substring(prefix.length());
          String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
          exchange.getResponseHeaders().add("Location", target + rest + query);
          exchange.sendResponseHeaders(302, -1);
        });
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      for (Map.Entry<String, HttpHandler> other : instead.entrySet()) {
        if (path.startsWith(other.getKey())) {
          drain(exchange);
          other.getValue().handle(exchange);
          return;
        }
      }
      String wanted =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(("vipops:" + token).getBytes(StandardCharsets.UTF_8));
      if (!wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        drain(exchange);
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      backend(exchange, path, true);
    }
  }

  /** What is left of a request, the JDK's server would take for the next one. */
  private static void drain(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
  }

  /** RFC 3875. */
  void backend(HttpExchange exchange, String path, boolean version2) throws IOException {
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
    if (version2) {
      header(exchange, "Git-Protocol", cgi, "HTTP_GIT_PROTOCOL");
    }
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
