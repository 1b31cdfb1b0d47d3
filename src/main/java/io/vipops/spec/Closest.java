package io.vipops.spec;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what someone who mistyped a name probably meant. */
public final class Closest {
  private Closest() {}

  /** {@code ": did you mean x?"}, or nothing where no name comes near. */
  public static String hint(String wrong, Collection<String> names) {
    String name = among(wrong, names);
    return name == null ? "" : ": did you mean " + name + "?";
  }

  /** The nearest of {@code names}, at most a third of its letters away; null: none. */
  static @Nullable String among(String wrong, Collection<String> names) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String name : names) {
      // A very long word is no typing error, and the table is quadratic.
      if (Math.abs(name.length() - wrong.length()) > 3 || wrong.length() > 64) {
        continue;
      }
      int distance = distance(normal(wrong), normal(name));
      if (distance < bestDistance && distance <= Math.max(1, name.length() / 3)) {
        best = name;
        bestDistance = distance;
      }
    }
    return best;
  }

  private static String normal(String name) {
    StringBuilder normal = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      normal.append(c == '-' ? '_' : Character.toLowerCase(c));
    }
    return normal.toString();
  }

  /** Insertions, deletions, replacements and swaps of neighbours between two words. */
  private static int distance(String a, String b) {
    int[][] table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(table[i - 1][j], table[i][j - 1]) + 1;
        least = Math.min(least, table[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, table[i - 2][j - 2] + 1);
        }
        table[i][j] = least;
      }
    }
    return table[a.length()][b.length()];
  }
}
