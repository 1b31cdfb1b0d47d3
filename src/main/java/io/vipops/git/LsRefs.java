package io.vipops.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * Asks an https server where one branch stands, in one request: {@code ls-refs} of protocol version
 * 2 (gitprotocol-v2(5)) without the look at its capabilities that a client begins with. A server
 * that does not answer to that is asked in the ordinary way.
 */
final class LsRefs {
  private static final int MOST_BYTES = 64 << 10;
  private static final String TYPE = "application/x-git-upload-pack-";

  private final HttpsAccess https;
  private final URL url;
  private final int timeoutMs;

  LsRefs(HttpsAccess https, String repository, Duration timeout) throws IOException {
    this.https = https;
    this.url = new URL(repository + (repository.endsWith("/") ? "" : "/") + "git-upload-pack");
    this.timeoutMs = (int) timeout.toMillis();
  }

  /**
   * @param sha null: there is no such branch
   */
  record Answer(@Nullable String sha) {}

  /**
   * @param ref the branch, e.g. {@code refs/heads/main}
   * @return null: the server's answer is none to this question
   * @throws IOException if it does not answer, or asks to be left alone
   */
  @Nullable Answer ask(String ref) throws IOException {
    HttpConnection connection = https.create(url);
    connection.setInstanceFollowRedirects(false);
    connection.setRequestMethod("POST");
    connection.setUseCaches(false);
    connection.setConnectTimeout(timeoutMs);
    connection.setReadTimeout(timeoutMs);
    connection.setRequestProperty("Content-Type", TYPE + "request");
    connection.setRequestProperty("Accept", TYPE + "result");
    connection.setRequestProperty("Git-Protocol", "version=2");
    connection.setRequestProperty("User-Agent", "vipops");
    connection.setDoOutput(true);
    try (OutputStream body = connection.getOutputStream()) {
      body.write(
          (line("command=ls-refs\n") + "0001" + line("ref-prefix " + ref + "\n") + "0000")
              .getBytes(StandardCharsets.UTF_8));
    }
    int code = connection.getResponseCode();
    if (code == 429 || code == HttpURLConnection.HTTP_UNAVAILABLE) {
      throw new SettingFault(code + " " + connection.getResponseMessage());
    }
    if (code != HttpURLConnection.HTTP_OK
        || !Objects.equals(connection.getContentType(), TYPE + "result")) {
      return null;
    }
    try (InputStream in = connection.getInputStream()) {
      // To the end, so that the connection can be used again.
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      return bytes.length > MOST_BYTES ? null : read(bytes, ref);
    }
  }

  private static String line(String text) {
    return "%04x%s".formatted(text.getBytes(StandardCharsets.UTF_8).length + 4, text);
  }

  /** Lines {@code <sha> <ref>}, each behind its length in four hex digits, up to {@code 0000}. */
  static @Nullable Answer read(byte[] bytes, String ref) {
    int at = 0;
    String sha = null;
    while (at + 4 <= bytes.length) {
      String digits = new String(bytes, at, 4, StandardCharsets.US_ASCII);
      if (!digits.matches("[0-9a-fA-F]{4}")) {
        return null;
      }
      int length = Integer.parseInt(digits, 16);
      if (length == 0) {
        return new Answer(sha);
      }
      if (length <= 4 || at + length > bytes.length) {
        return null;
      }
      String line = new String(bytes, at + 4, length - 4, StandardCharsets.UTF_8).strip();
      if (!line.matches("[0-9a-f]{40} .+")) {
        return null;
      }
      if (line.substring(41).equals(ref)) {
        sha = line.substring(0, 40);
      }
      at += length;
    }
    return null;
  }
}
