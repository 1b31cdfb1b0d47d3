package io.vipops.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts one request together from the bytes that come, RFC 9112. Strict, for it faces strangers:
 * bodies with a length only, no continued lines, no second length.
 */
final class RequestParser {
  static final int MOST_HEAD = 8 << 10;

  private static final int FIRST_BUFFER = 1 << 10;

  /** What a request is refused with before it is whole. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient HttpResponse answer;

    RefusedException(int status, String line) {
      super(line);
      answer = HttpResponse.line(status, line);
    }

    HttpResponse answer() {
      return answer;
    }
  }

  private final int mostBody;
  private byte[] bytes = new byte[FIRST_BUFFER];
  private int count;
  private int searched;
  private int bodyAt = -1;
  private int length;
  private String method = "";
  private String path = "";
  private Map<String, String> headers = Map.of();

  /**
   * @param mostBody bytes; a longer body is refused before it is read
   */
  RequestParser(int mostBody) {
    this.mostBody = mostBody;
  }

  /** Bytes of memory that are held for this request. */
  int held() {
    return bytes.length;
  }

  /** The method as far as it is known; "" before. */
  String method() {
    return method;
  }

  /** Whether the sender waits for {@code 100 Continue}; true once. */
  boolean takeExpectation() {
    boolean waits =
        bodyAt >= 0
            && count < bodyAt + length
            && "100-continue".equalsIgnoreCase(headers.get("expect"));
    if (waits) {
      headers.remove("expect");
    }
    return waits;
  }

  /**
   * Takes what came.
   *
   * @return null: there is more to come
   * @throws RefusedException with the answer, if this is no request that is taken here
   */
  @Nullable HttpRequest feed(ByteBuffer in) throws RefusedException {
    int limit = bodyAt < 0 ? MOST_HEAD + mostBody : bodyAt + length;
    int taken = Math.min(in.remaining(), limit - count);
    if (count + taken > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(2 * bytes.length, count + taken)));
    }
    in.get(bytes, count, taken);
    count += taken;
    if (bodyAt < 0) {
      findHead();
    }
    if (bodyAt < 0 || count < bodyAt + length) {
      return null;
    }
    return new HttpRequest(
        method, path, Map.copyOf(headers), Arrays.copyOfRange(bytes, bodyAt, bodyAt + length));
  }

  private void findHead() throws RefusedException {
    int end = Math.min(count, MOST_HEAD);
    for (int i = Math.max(3, searched); i < end; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        parse(new String(bytes, 0, i - 3, StandardCharsets.ISO_8859_1));
        bodyAt = i + 1;
        return;
      }
    }
    searched = end;
    if (count >= MOST_HEAD) {
      throw new RefusedException(431, "the head is longer than " + MOST_HEAD + " bytes");
    }
  }

  private void parse(String head) throws RefusedException {
    String[] lines = head.split("\r\n", -1);
    String[] request = lines[0].split(" ", -1);
    if (request.length != 3
        || !request[2].matches("HTTP/1\\.[01]")
        || !request[1].startsWith("/")) {
      throw new RefusedException(400, "not an HTTP/1 request");
    }
    Map<String, String> read = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1 || !lines[i].substring(0, colon).matches("[!-~&&[^:]]+")) {
        throw new RefusedException(400, "not a header: line " + (i + 1));
      }
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      read.merge(name, lines[i].substring(colon + 1).strip(), (one, two) -> one + ", " + two);
    }
    method = request[0];
    int query = request[1].indexOf('?');
    path = query < 0 ? request[1] : request[1].substring(0, query);
    headers = read;
    length = length(read);
  }

  private int length(Map<String, String> read) throws RefusedException {
    if (read.containsKey("transfer-encoding")) {
      throw new RefusedException(411, "a body needs a Content-Length");
    }
    String said = read.getOrDefault("content-length", "0");
    if (!said.matches("[0-9]{1,18}")) {
      throw new RefusedException(400, "not a Content-Length");
    }
    if (Long.parseLong(said) > mostBody) {
      throw new RefusedException(413, "the body is longer than " + mostBody + " bytes");
    }
    return Integer.parseInt(said);
  }
}
