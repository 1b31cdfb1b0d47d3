package io.vipops.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, whole.
 *
 * @param path what is asked for, without the query
 * @param headers by name in lower case; what came several times is joined by {@code ", "}
 */
record HttpRequest(String method, String path, Map<String, String> headers, byte[] body) {
  @Nullable String header(String name) {
    return headers.get(name);
  }
}
