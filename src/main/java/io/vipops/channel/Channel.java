package io.vipops.channel;

import io.vipops.json.Json;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests and replies in both directions over a pair of byte streams: each frame is a 4-byte
 * big-endian length and one JSON object. A request may be answered by any number of progress frames
 * before its reply.
 *
 * <p>{@link #run} reads until the peer closes; every handler runs on that reading thread and must
 * not block: long work replies later, from another thread.
 */
public final class Channel implements Closeable {
  /** The longest frame that is read where nothing less was asked for, in bytes. */
  public static final int MAX_FRAME = 8 << 20;

  /** The longest frame of the worker to the agent and back, in bytes. */
  public static final int WORKER_FRAME = 1 << 20;

  /** The longest request on the control socket, in bytes. */
  public static final int CONTROL_FRAME = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger("channel");

  /** Receives the other side's requests. */
  public interface Handler {
    /** Answers {@code call}, now or later, exactly once. */
    void onRequest(Call call);
  }

  private record Pending(
      CompletableFuture<Map<String, @Nullable Object>> reply,
      Consumer<Map<String, @Nullable Object>> onProgress) {}

  private final DataInputStream in;
  private final OutputStream out;
  private final Handler handler;
  private final int longestIn;
  private final int longestOut;

  /** Requests of the other side's that are not answered yet. */
  private final AtomicInteger owed = new AtomicInteger();

  private volatile long lastFrameNs = System.nanoTime();
  private final AtomicLong nextId = new AtomicLong();
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Reads up to {@link #MAX_FRAME}, writes up to {@link #WORKER_FRAME}. */
  public Channel(InputStream in, OutputStream out, Handler handler) {
    this(in, out, handler, MAX_FRAME, WORKER_FRAME);
  }

  /**
   * @param out gets each frame whole, in one write
   * @param longestIn bytes; a longer frame ends the channel
   * @param longestOut bytes; a longer frame is not sent, and a reply becomes an error
   */
  public Channel(InputStream in, OutputStream out, Handler handler, int longestIn, int longestOut) {
    this.in = new DataInputStream(in);
    this.out = out;
    this.handler = handler;
    this.longestIn = longestIn;
    this.longestOut = longestOut;
  }

  /** One request of the other side's. */
  public final class Call {
    private final long id;

    /** What is asked for, e.g. {@code sync}. */
    public final String type;

    /** Its arguments. */
    public final Map<String, @Nullable Object> body;

    Call(long id, String type, Map<String, @Nullable Object> body) {
      this.id = id;
      this.type = type;
      this.body = body;
    }

    /** Sends a progress frame; lost if the peer is gone. */
    public void progress(Map<String, ?> body) {
      trySend(frame("progress", id, null, body));
    }

    /** Sends the reply; lost if the peer is gone. */
    public void reply(Map<String, ?> body) {
      if (!trySend(frame("reply", id, null, body))) {
        trySend(frame("reply", id, null, Map.of("error", "the answer is too long to be sent")));
      }
      lastFrameNs = System.nanoTime();
      owed.decrementAndGet();
    }

    /** Replies that the request failed, with the one line that the user is to read. */
    public void fail(String error) {
      reply(Map.of("error", error));
    }
  }

  /** Sends a request; see {@link #request(String, Map, Consumer)}. */
  public CompletableFuture<Map<String, @Nullable Object>> request(
      String type, Map<String, ?> body) {
    return request(type, body, progress -> {});
  }

  /**
   * Sends a request. The reply completes exceptionally with {@link IOException} if the channel
   * closes first; a refusal is an ordinary reply with the key {@code error}.
   */
  public CompletableFuture<Map<String, @Nullable Object>> request(
      String type, Map<String, ?> body, Consumer<Map<String, @Nullable Object>> onProgress) {
    long id = nextId.incrementAndGet();
    CompletableFuture<Map<String, @Nullable Object>> reply = new CompletableFuture<>();
    pending.put(id, new Pending(reply, onProgress));
    try {
      send(frame("request", id, type, body));
    } catch (IOException e) {
      pending.remove(id);
      reply.completeExceptionally(e);
    }
    if (closed) {
      failPending();
    }
    return reply;
  }

  /** Sends a request whose reply nobody waits for; lost if the peer is gone or it is too long. */
  public void tell(String type, Map<String, ?> body) {
    trySend(frame("request", nextId.incrementAndGet(), type, body));
  }

  /** For how long nothing came and nothing was to be answered; 0 while a request waits. */
  public long idleNs(long nowNs) {
    return owed.get() > 0 ? 0 : nowNs - lastFrameNs;
  }

  /** Reads frames until the peer closes the stream or sends what is not a frame. */
  @SuppressWarnings("unchecked")
  public void run() throws IOException {
    try {
      while (true) {
        int length = in.readInt();
        if (length < 2 || length > longestIn) {
          throw new IOException("frame of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        Map<String, @Nullable Object> frame = Json.decode(bytes);
        if (!(frame.get("id") instanceof Long id)
            || !(frame.get("body") instanceof Map<?, ?> body)) {
          throw new IOException("frame without id or body");
        }
        lastFrameNs = System.nanoTime();
        dispatch(id, frame, (Map<String, @Nullable Object>) body);
      }
    } catch (java.io.EOFException e) {
      return;
    } catch (Json.MalformedException e) {
      throw new IOException("frame: " + e.getMessage(), e);
    } finally {
      closed = true;
      failPending();
    }
  }

  private void dispatch(
      long id, Map<String, @Nullable Object> frame, Map<String, @Nullable Object> body) {
    switch (String.valueOf(frame.get("kind"))) {
      case "request" -> {
        owed.incrementAndGet();
        handler.onRequest(new Call(id, String.valueOf(frame.get("type")), body));
      }
      case "progress" -> {
        Pending waiting = pending.get(id);
        if (waiting != null) {
          waiting.onProgress.accept(body);
        }
      }
      case "reply" -> {
        Pending waiting = pending.remove(id);
        if (waiting != null) {
          waiting.reply.complete(body);
        }
      }
      default -> {
        // A kind that a newer peer may know: not for us.
      }
    }
  }

  private static Map<String, @Nullable Object> frame(
      String kind, long id, @Nullable String type, Map<String, ?> body) {
    Map<String, @Nullable Object> frame = new LinkedHashMap<>();
    frame.put("kind", kind);
    frame.put("id", id);
    if (type != null) {
      frame.put("type", type);
    }
    frame.put("body", body);
    return frame;
  }

  private void send(Map<String, @Nullable Object> frame) throws IOException {
    byte[] json = Json.encode(frame);
    if (json.length > longestOut) {
      throw new TooLongException(frame.get("kind") + " of " + json.length + " bytes");
    }
    byte[] bytes = ByteBuffer.allocate(4 + json.length).putInt(json.length).put(json).array();
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(String message) {
      super(message);
    }
  }

  /** Returns false for a frame that is too long, which hurts nothing but itself. */
  private boolean trySend(Map<String, @Nullable Object> frame) {
    try {
      send(frame);
    } catch (TooLongException e) {
      LOG.warn("not sent, too long: {}", e.getMessage());
      return false;
    } catch (IOException e) {
      closed = true;
    }
    return true;
  }

  private void failPending() {
    pending
        .keySet()
        .forEach(
            id -> {
              Pending waiting = pending.remove(id);
              if (waiting != null) {
                waiting.reply.completeExceptionally(new IOException("the other side closed"));
              }
            });
  }

  @Override
  public void close() throws IOException {
    closed = true;
    in.close();
    out.close();
  }
}
