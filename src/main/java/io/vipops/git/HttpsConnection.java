package io.vipops.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * One request on the runtime's https connections. JGit's own would make a TLS context for each, and
 * with it no connection and no TLS session would ever be used twice.
 */
final class HttpsConnection implements HttpConnection {
  private final HttpsURLConnection connection;
  private final Consumer<HttpURLConnection> onAnswer;
  private boolean answered;

  /**
   * @param onAnswer told once, when the status line and headers are there
   */
  HttpsConnection(HttpsURLConnection connection, Consumer<HttpURLConnection> onAnswer) {
    this.connection = connection;
    this.onAnswer = onAnswer;
  }

  @Override
  public int getResponseCode() throws IOException {
    int code;
    try {
      connection.connect(); // a proxy's refusal is no answer of the server's
      code = connection.getResponseCode(); // begins anew where a kept connection is gone meanwhile
    } catch (SocketTimeoutException e) {
      connection.disconnect(); // a TLS handshake that timed out leaves its socket open
      throw e;
    }
    if (!answered) {
      answered = true;
      onAnswer.accept(connection);
    }
    return code;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    int unused = getResponseCode();
    return connection.getInputStream();
  }

  @Override
  public void setFixedLengthStreamingMode(int contentLength) {
    // Buffered instead: only then is a request sent again that met a connection closed meanwhile.
  }

  @Override
  public void setChunkedStreamingMode(int chunkLength) {
    // As above; a fetch asks in some kilobytes.
  }

  @Override
  public void configure(
      KeyManager @Nullable [] keys,
      TrustManager @Nullable [] trust,
      java.security.@Nullable SecureRandom random) {
    throw new UnsupportedOperationException("its TLS comes with it");
  }

  @Override
  public void setHostnameVerifier(@Nullable HostnameVerifier verifier) {
    throw new UnsupportedOperationException("the server's name is always verified");
  }

  @Override
  public URL getURL() {
    return connection.getURL();
  }

  @Override
  public String getResponseMessage() throws IOException {
    return String.valueOf(connection.getResponseMessage());
  }

  @Override
  public Map<String, List<String>> getHeaderFields() {
    return connection.getHeaderFields();
  }

  @Override
  public List<String> getHeaderFields(String name) {
    for (Map.Entry<String, List<String>> header : connection.getHeaderFields().entrySet()) {
      if (name.equalsIgnoreCase(header.getKey())) {
        return header.getValue();
      }
    }
    return List.of();
  }

  @Override
  @SuppressWarnings("NullAway") // as the runtime's own does
  public @Nullable String getHeaderField(String name) {
    return connection.getHeaderField(name);
  }

  @Override
  @SuppressWarnings("NullAway")
  public @Nullable String getContentType() {
    return connection.getContentType();
  }

  @Override
  public int getContentLength() {
    return connection.getContentLength();
  }

  @Override
  public void setRequestProperty(String key, String value) {
    connection.setRequestProperty(key, value);
  }

  @Override
  public void setRequestMethod(String method) throws ProtocolException {
    connection.setRequestMethod(method);
  }

  @Override
  public String getRequestMethod() {
    return connection.getRequestMethod();
  }

  @Override
  public void setUseCaches(boolean use) {
    connection.setUseCaches(use);
  }

  @Override
  public void setConnectTimeout(int ms) {
    connection.setConnectTimeout(ms);
  }

  @Override
  public void setReadTimeout(int ms) {
    connection.setReadTimeout(ms);
  }

  @Override
  public void setInstanceFollowRedirects(boolean follow) {
    connection.setInstanceFollowRedirects(follow);
  }

  @Override
  public void setDoOutput(boolean output) {
    connection.setDoOutput(output);
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    try {
      connection.connect();
    } catch (SocketTimeoutException e) {
      connection.disconnect(); // as above
      throw e;
    }
    return connection.getOutputStream();
  }

  @Override
  public boolean usingProxy() {
    return connection.usingProxy();
  }

  @Override
  public void connect() throws IOException {
    connection.connect();
  }
}
