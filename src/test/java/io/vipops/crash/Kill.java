package io.vipops.crash;

import io.vipops.crash.Seam.Point;
import io.vipops.crash.Seam.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One process that is to end.
 *
 * @param scene what is under way
 */
record Kill(String scene, Point point, Side side) {
  /**
   * The same for a scene that others lead to as well. In ci only what is new in it: the others have
   * had the rest; a soak does all of it.
   *
   * @param known texts of the points of scenes before, to which this one's are added
   */
  static List<Kill> fresh(String scene, List<Point> points, Set<String> known) {
    List<Point> fresh =
        points.stream()
            .filter(it -> Boolean.getBoolean("vipops.soak") || !known.contains(it.text()))
            .toList();
    System.out.printf(
        "%s: %d points, of which %d are as in a scene before%n",
        scene, points.size(), points.size() - fresh.size());
    points.forEach(it -> known.add(it.text()));
    return all(scene, fresh);
  }

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
