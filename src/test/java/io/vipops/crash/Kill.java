package io.vipops.crash;

import io.vipops.crash.Seam.Point;
import io.vipops.crash.Seam.Side;
import java.util.ArrayList;
import java.util.List;

/**
 * One process that is to end.
 *
 * @param scene what is under way
 */
record Kill(String scene, Point point, Side side) {
  /** Before and after each of {@code points}; prints how many that are. */
  static List<Kill> all(String scene, List<Point> points) {
    List<Kill> kills = new ArrayList<>();
    for (Point point : points) {
      for (Side side : Side.values()) {
        kills.add(new Kill(scene, point, side));
      }
    }
    System.out.printf(
        "%s: %d points, each before and after: %d kills%n", scene, points.size(), kills.size());
    return kills;
  }

  @Override
  public String toString() {
    return scene + ", killed " + side.name().toLowerCase(java.util.Locale.ROOT) + " " + point;
  }
}
