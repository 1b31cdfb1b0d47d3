package io.vipops.lab;

import io.vipops.channel.Channel;
import io.vipops.channel.UnixSocket;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks an agent by its control socket. */
public final class Control {
  private Control() {}

  /** One request. */
  public static Map<String, @Nullable Object> ask(Path socket, String type)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (SocketChannel connection = UnixSocket.connect(socket)) {
      Channel channel =
          new Channel(
              UnixSocket.input(connection), UnixSocket.output(connection), call -> call.fail("no"));
      Thread reader =
          new Thread(
              () -> {
                try {
                  channel.run();
                } catch (IOException e) {
                  return; // the request fails with it
                }
              });
      reader.setDaemon(true);
      reader.start();
      return channel.request(type, Map.of()).get(60, TimeUnit.SECONDS);
    }
  }

  /** A part of the status by path, e.g. {@code generation.commit}; "" while there is none. */
  public static String status(Path socket, String path) {
    try {
      Object at = ask(socket, "status");
      for (String key : path.split("\\.")) {
        at =
            at instanceof List<?> list
                ? list.get(Integer.parseInt(key))
                : at instanceof Map<?, ?> map ? map.get(key) : null;
      }
      return at == null ? "" : at.toString();
    } catch (IOException | ExecutionException | TimeoutException | IndexOutOfBoundsException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
