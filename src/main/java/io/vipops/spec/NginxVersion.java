package io.vipops.spec;

import org.jspecify.annotations.Nullable;

/** A version of nginx, such as 1.22.1. */
public record NginxVersion(int major, int minor, int patch) implements Comparable<NginxVersion> {

  /** What {@code text} says, two or three numbers with dots; null where it is no version. */
  static @Nullable NginxVersion parse(String text) {
    int[] numbers = new int[3];
    int part = 0;
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && digits > 0 && part < 2) {
        part++;
        digits = 0;
      } else if (c >= '0' && c <= '9' && digits < 4) {
        numbers[part] = numbers[part] * 10 + (c - '0');
        digits++;
      } else {
        return null;
      }
    }
    return part == 0 || digits == 0 ? null : new NginxVersion(numbers[0], numbers[1], numbers[2]);
  }

  @Override
  public int compareTo(NginxVersion other) {
    int order = Integer.compare(major, other.major);
    order = order == 0 ? Integer.compare(minor, other.minor) : order;
    return order == 0 ? Integer.compare(patch, other.patch) : order;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
