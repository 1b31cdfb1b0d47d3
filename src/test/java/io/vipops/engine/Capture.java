package io.vipops.engine;

import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** tcpdump at work on a host's {@code eth0}; ends with the lab. */
public final class Capture {
  private final Path file;

  /** Returns once it captures. */
  public Capture(LabHost host, Path file, String filter) throws Exception {
    this.file = file;
    Running tcpdump =
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
            "in",
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
    List<Seen> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
    // pcap: a header of 24 bytes, then for each frame seconds, fraction, captured, original, bytes.
    int at = 24;
    while (in.limit() >= at + 16 && in.limit() >= at + 16 + in.getInt(at + 8)) {
      byte[] frame = new byte[in.getInt(at + 8)];
      in.get(at + 16, frame);
      frames.add(new Seen(in.getInt(at) * 1_000_000L + in.getInt(at + 4), frame));
      at += 16 + frame.length;
    }
    return frames;
  }
}
