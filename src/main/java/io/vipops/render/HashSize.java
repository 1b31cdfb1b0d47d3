package io.vipops.render;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Room for one of nginx's hash tables, so that it neither refuses a long name nor warns that it
 * found no good arrangement.
 *
 * @param max most buckets
 * @param bucket bytes in one
 */
record HashSize(int max, int bucket) {
  /** A pointer, a length and padding around each name (ngx_hash.h, NGX_HASH_ELT_SIZE). */
  private static final int OVERHEAD = 24;

  /** Names that may fall into one bucket. */
  private static final int CROWD = 8;

  static HashSize of(List<String> names) {
    int longest =
        names.stream().mapToInt(n -> n.getBytes(StandardCharsets.UTF_8).length).max().orElse(0);
    return new HashSize(
        powerOfTwo(Math.max(512, 4 * names.size())),
        powerOfTwo(Math.max(64, CROWD * (longest + OVERHEAD))));
  }

  private static int powerOfTwo(int atLeast) {
    return Integer.highestOneBit(Math.max(1, atLeast - 1)) * 2;
  }
}
