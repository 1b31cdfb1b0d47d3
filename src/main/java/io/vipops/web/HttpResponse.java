package io.vipops.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One answer. It ends its connection, and forbids a browser everything but to show it.
 *
 * @param headers beside those that every answer has
 */
record HttpResponse(int status, String type, byte[] body, Map<String, String> headers) {
  static final String TEXT = "text/plain; charset=utf-8";

  private static final Map<String, String> ALWAYS =
      Map.of(
          "Connection", "close",
          "Cache-Control", "no-store",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Referrer-Policy", "no-referrer",
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY");

  /** One line of text. */
  static HttpResponse line(int status, String line) {
    byte[] body = (line + "\n").getBytes(StandardCharsets.UTF_8);
    return new HttpResponse(status, TEXT, body, Map.of());
  }

  HttpResponse with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new HttpResponse(status, type, body, more);
  }

  /** As it goes over the wire, RFC 9112; {@code withBody} is false for HEAD. */
  ByteBuffer encode(boolean withBody) {
    Map<String, String> all = new LinkedHashMap<>(ALWAYS);
    all.put("Content-Type", type);
    all.put("Content-Length", Integer.toString(body.length));
    all.putAll(headers);
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(reason());
    all.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    byte[] bytes = head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer wire = ByteBuffer.allocate(bytes.length + (withBody ? body.length : 0)).put(bytes);
    return (withBody ? wire.put(body) : wire).flip();
  }

  private String reason() {
    return switch (status) {
      case 200 -> "OK";
      case 202 -> "Accepted";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 411 -> "Length Required";
      case 413 -> "Content Too Large";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }
}
