package io.vipops.engine;

import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** tcpdump at work on a host's {@code eth0}; ends with the lab. */
public final class Capture {
  private final Path file;
  private final Running tcpdump;

  /** How far {@link #more} has read. */
  private long readTo = 24;

  /** What a host hears; returns once it captures. */
  public Capture(LabHost host, Path file, String filter) throws Exception {
    this(host, file, "in", filter);
  }

  /**
   * Returns once it captures.
   *
   * @param direction {@code in} or {@code out}
   */
  Capture(LabHost host, Path file, String direction, String filter) throws Exception {
    this.file = file;
    tcpdump =
        host.start(
            "tcpdump",
            "-i",
            "eth0",
            "-n",
            "-U",
            "--immediate-mode",
            "-Z",
            "root",
            "-Q",
            direction,
            "-w",
            file.toString(),
            filter);
    Pair.awaitOutput(tcpdump, "listening on");
  }

  /** A frame, and when the kernel saw it. */
  public record Seen(long us, byte[] frame) {}

  /** Whole frames so far, in the order of their arrival. */
  List<byte[]> frames() throws Exception {
    return seen().stream().map(Seen::frame).toList();
  }

  /** Whole frames so far with their times, in the order of their arrival. */
  public List<Seen> seen() throws Exception {
    // pcap: a header of 24 bytes, then for each frame seconds, fraction, captured, original, bytes.
    return frames(ByteBuffer.wrap(Files.readAllBytes(file)), 24);
  }

  /** Those since the last call. */
  List<Seen> more() throws Exception {
    if (!tcpdump.isAlive()) {
      throw new AssertionError("tcpdump ended: " + tcpdump.output());
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      if (channel.size() < readTo) {
        return List.of();
      }
      ByteBuffer in = ByteBuffer.allocate((int) (channel.size() - readTo));
      channel.position(readTo);
      while (in.hasRemaining() && channel.read(in) >= 0) {}
      List<Seen> frames = frames(in.flip(), 0);
      frames.forEach(it -> readTo += 16 + it.frame().length);
      return frames;
    }
  }

  private static List<Seen> frames(ByteBuffer in, int from) {
    in.order(ByteOrder.nativeOrder());
    List<Seen> frames = new ArrayList<>();
    int at = from;
    while (in.limit() >= at + 16 && in.limit() >= at + 16 + in.getInt(at + 8)) {
      byte[] frame = new byte[in.getInt(at + 8)];
      in.get(at + 16, frame);
      frames.add(new Seen(in.getInt(at) * 1_000_000L + in.getInt(at + 4), frame));
      at += 16 + frame.length;
    }
    return frames;
  }
}
