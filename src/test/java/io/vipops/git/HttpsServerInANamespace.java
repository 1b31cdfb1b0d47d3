package io.vipops.git;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * {@link GitHttpsServer} as a process. Its standard input has the token first, so that no process
 * list shows it, and then lines {@code PREFIX TARGET}: paths to redirect.
 */
public final class HttpsServerInANamespace {
  private HttpsServerInANamespace() {}

  /** Argument: the folder of the repositories. Says {@code url URL} once it listens. */
  public static void main(String[] arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (GitHttpsServer server = GitHttpsServer.start(Path.of(arguments[0]), in.readLine())) {
      System.out.println("url " + server.url());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] redirect = line.split(" ", 2);
        server.redirect(redirect[0], redirect[1]);
        System.out.println("redirects " + redirect[0]);
      }
    }
  }
}
