package io.vipops.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final AtomicReference<@Nullable String> obstacle = new AtomicReference<>();
  private int port;
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    port = RawHttp.freePort();
    server = serve();
    Await.until("open", LIMIT, () -> server.error(0) == null);
  }

  private HttpServer serve() throws IOException {
    HttpHandler echo =
        (request, answer) ->
            answer.accept(
                HttpResponse.line(
                    200, request.method() + " " + request.path() + " " + request.body().length));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return HttpServer.start(List.of(new Listener("test", address, 1000, echo, obstacle::get)));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void aRequestIsAnsweredAndItsConnectionClosed() throws Exception {
    RawHttp.Answer answer = RawHttp.get(port, "/some/path?with=query");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("GET /some/path 0\n");
    assertThat(answer.head())
        .contains("Connection: close", "Content-Length: 17", "X-Content-Type-Options: nosniff")
        .doesNotContain("Access-Control");
  }

  @Test
  void aHeadRequestGetsTheLengthAndNoBody() throws Exception {
    RawHttp.Answer answer = RawHttp.ask(port, "HEAD / HTTP/1.0\r\n\r\n");
    assertThat(answer.head()).contains("Content-Length: 9");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    String junk = "x".repeat(9000);
    assertThat(RawHttp.ask(port, "nonsense\r\n\r\n").status()).isEqualTo(400);
    assertThat(RawHttp.ask(port, "GET http://a/ HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
    assertThat(RawHttp.ask(port, "GET / HTTP/2.0\r\n\r\n").status()).isEqualTo(400);
    assertThat(RawHttp.ask(port, "GET / HTTP/1.1\r\n folded\r\n\r\n").status()).isEqualTo(400);
    assertThat(RawHttp.ask(port, "GET / HTTP/1.1\r\nA : b\r\n\r\n").status()).isEqualTo(400);
    assertThat(RawHttp.ask(port, "GET / HTTP/1.1\r\nA: " + junk).status()).isEqualTo(431);
  }

  @Test
  void aBodyNeedsALengthWithinTheLimit() throws Exception {
    assertThat(post("Content-Length: 5", "12345").body()).isEqualTo("POST / 5\n");
    assertThat(post("Content-Length: 1000", "x".repeat(1000)).status()).isEqualTo(200);
    assertThat(post("Content-Length: 1001", "x".repeat(1001)).status()).isEqualTo(413);
    assertThat(post("Content-Length: 999999999999", "").status()).isEqualTo(413);
    assertThat(post("Content-Length: -1", "").status()).isEqualTo(400);
    assertThat(post("Content-Length: 5\r\nContent-Length: 6", "12345").status()).isEqualTo(400);
    assertThat(post("Transfer-Encoding: chunked", "0\r\n\r\n").status()).isEqualTo(411);
  }

  private RawHttp.Answer post(String header, String body) throws IOException {
    return RawHttp.ask(port, "POST / HTTP/1.1\r\n" + header + "\r\n\r\n" + body);
  }

  @Test
  void aRequestThatComesByteByByteIsTheSame() throws Exception {
    try (Socket socket = RawHttp.connect(port)) {
      socket.setTcpNoDelay(true);
      byte[] request =
          "POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".getBytes(StandardCharsets.UTF_8);
      for (byte one : request) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }
      assertThat(RawHttp.read(socket).body()).isEqualTo("POST /x 3\n");
    }
  }

  @Test
  void whoWaitsForContinueGetsIt() throws Exception {
    try (Socket socket = RawHttp.connect(port)) {
      String head = "POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      byte[] go = socket.getInputStream().readNBytes(25);
      assertThat(new String(go, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      socket.getOutputStream().write("abc".getBytes(StandardCharsets.UTF_8));
      assertThat(RawHttp.read(socket).body()).isEqualTo("POST / 3\n");
    }
  }

  @Test
  void sendersWhoNeverFinishKeepNobodyOut() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = RawHttp.connect(port);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.UTF_8));
        slow.add(socket);
      }
      long askedNs = System.nanoTime();
      assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
      System.out.printf(
          "a GET behind 300 senders that never finish: %d ms%n",
          (System.nanoTime() - askedNs) / 1_000_000);
      long open = slow.stream().filter(HttpServerTest::isOpen).count();
      assertThat(open).isLessThanOrEqualTo(ListeningPort.MOST_CONNECTIONS);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static boolean isOpen(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() >= 0;
    } catch (java.net.SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whoTakesTooLongIsToldSo() throws Exception {
    try (Socket socket = RawHttp.connect(port)) {
      socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.UTF_8));
      assertThat(RawHttp.read(socket).status()).isEqualTo(408);
    }
  }

  @Test
  void aTakenPortIsOpenedWhenItIsFree() throws Exception {
    server.stop();
    int taken = RawHttp.freePort();
    port = taken;
    try (ServerSocket other = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      server = serve();
      Await.until("noticed", LIMIT, () -> !"not open yet".equals(server.error(0)));
      assertThat(server.error(0)).contains("cannot listen on 127.0.0.1:" + taken);
      assertThat(other.isClosed()).isFalse();
    }
    Await.until("open", LIMIT, () -> server.error(0) == null);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
  }

  @Test
  void anObstacleClosesItAndItsEndOpensItAgain() throws Exception {
    obstacle.set("no secret");
    Await.until("closed", LIMIT, () -> "no secret".equals(server.error(0)));
    Await.until("refuses", LIMIT, () -> !connects());
    obstacle.set(null);
    Await.until("open", LIMIT, () -> server.error(0) == null);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
  }

  private boolean connects() {
    try (Socket socket = RawHttp.connect(port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
