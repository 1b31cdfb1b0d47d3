package io.vipops.web;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The webhooks of the last minutes by what is signed of them: an id beside it could be changed by
 * whoever sends one again. Not for several threads.
 */
final class SeenBefore {
  static final int MOST = 1024;
  static final long KEPT_NS = TimeUnit.MINUTES.toNanos(5);

  private final Map<ByteBuffer, Long> seenNs = new LinkedHashMap<>();

  /** Notes it; returns whether it was there already. */
  boolean note(byte[] signed, long nowNs) {
    Iterator<Long> oldest = seenNs.values().iterator();
    while (oldest.hasNext() && nowNs - oldest.next() > KEPT_NS) {
      oldest.remove();
    }
    if (seenNs.putIfAbsent(ByteBuffer.wrap(digest(signed)), nowNs) != null) {
      return true;
    }
    if (seenNs.size() > MOST) {
      seenNs.remove(seenNs.keySet().iterator().next());
    }
    return false;
  }

  private static byte[] digest(byte[] signed) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(signed);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
