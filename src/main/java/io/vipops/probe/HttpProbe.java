package io.vipops.probe;

import io.vipops.spec.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;

/** A GET that answers with one of the wanted statuses, and the wanted text. */
final class HttpProbe {
  private HttpProbe() {}

  static Result run(Probe.Http probe, Duration timeout) {
    URI url = probe.url();
    int port = url.getPort() < 0 ? 80 : url.getPort();
    long startNs = System.nanoTime();
    try {
      InetSocketAddress server = new InetSocketAddress(address(url.getHost()), port);
      String host = probe.host() != null ? probe.host() : url.getRawAuthority();
      HttpGet.Response response = HttpGet.get(server, host, target(url), timeout);
      String text = "http " + response.status() + " in " + Text.since(startNs);
      if (!probe.status().contains(response.status())) {
        return Result.failed(text);
      }
      String wanted = probe.body();
      return wanted == null || response.text().contains(wanted)
          ? Result.passed(text)
          : Result.failed(text + ", body without \"" + wanted + "\"");
    } catch (SocketTimeoutException e) {
      return Result.failed("http " + Text.timeout(timeout));
    } catch (IOException e) {
      return Result.failed("http: " + Text.of(e));
    }
  }

  /** A literal, so nothing is resolved; {@code localhost} without asking anybody. */
  private static InetAddress address(String host) throws UnknownHostException {
    if (host.equals("localhost")) {
      return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    }
    return InetAddress.getByName(host);
  }

  private static String target(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }
}
