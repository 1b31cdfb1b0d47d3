package io.vipops.web;

import java.util.function.Consumer;

/** Answers the requests of one {@link Listener}. */
interface HttpHandler {
  /**
   * Runs on the server's only thread and must not wait.
   *
   * @param answer takes the answer, once, now or later, from any thread
   */
  void handle(HttpRequest request, Consumer<HttpResponse> answer);
}
