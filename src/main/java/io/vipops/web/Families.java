package io.vipops.web;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measurements by name, gathered in any order. */
final class Families {
  private enum Kind {
    GAUGE,
    COUNTER,
    INFO
  }

  /** One measurement; the labels that a family's points have are the same for all of them. */
  static final class Point {
    private final double value;
    private Labels labels = Labels.EMPTY;

    private Point(double value) {
      this.value = value;
    }

    Point label(String name, @Nullable Object text) {
      labels = labels.add(name, text == null ? "" : text.toString());
      return this;
    }
  }

  private record Family(Kind kind, String help, List<Point> points) {}

  private final Map<String, Family> byName = new LinkedHashMap<>();
  private final List<MetricSnapshot> histograms = new ArrayList<>();

  Point gauge(String name, String help, double value) {
    return add(name, Kind.GAUGE, help, value);
  }

  /**
   * @param name without {@code _total}
   */
  Point counter(String name, String help, double value) {
    return add(name, Kind.COUNTER, help, value);
  }

  /**
   * @param name without {@code _info}
   */
  Point info(String name, String help) {
    return add(name, Kind.INFO, help, 1);
  }

  /**
   * A family of one point.
   *
   * @param buckets how many were no larger than each upper bound, ascending, the last one infinite
   */
  void histogram(String name, String help, Map<Double, Long> buckets, double sum) {
    ClassicHistogramBuckets.Builder counts = ClassicHistogramBuckets.builder();
    long before = 0;
    for (Map.Entry<Double, Long> bucket : buckets.entrySet()) {
      counts.bucket(bucket.getKey(), bucket.getValue() - before);
      before = bucket.getValue();
    }
    HistogramDataPointSnapshot point =
        HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(counts.build())
            .sum(sum)
            .build();
    histograms.add(HistogramSnapshot.builder().name(name).help(help).dataPoint(point).build());
  }

  private Point add(String name, Kind kind, String help, double value) {
    Point point = new Point(value);
    byName.computeIfAbsent(name, n -> new Family(kind, help, new ArrayList<>())).points.add(point);
    return point;
  }

  MetricSnapshots snapshots() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    byName.forEach((name, family) -> all.metricSnapshot(snapshot(name, family)));
    histograms.forEach(all::metricSnapshot);
    return all.build();
  }

  private static MetricSnapshot snapshot(String name, Family family) {
    return switch (family.kind) {
      case GAUGE -> gauge(name, family);
      case COUNTER -> counter(name, family);
      case INFO -> info(name, family);
    };
  }

  private static MetricSnapshot gauge(String name, Family family) {
    GaugeSnapshot.Builder to = GaugeSnapshot.builder().name(name).help(family.help);
    for (Point one : family.points) {
      to.dataPoint(GaugeDataPointSnapshot.builder().labels(one.labels).value(one.value).build());
    }
    return to.build();
  }

  private static MetricSnapshot counter(String name, Family family) {
    CounterSnapshot.Builder to = CounterSnapshot.builder().name(name).help(family.help);
    for (Point one : family.points) {
      to.dataPoint(CounterDataPointSnapshot.builder().labels(one.labels).value(one.value).build());
    }
    return to.build();
  }

  private static MetricSnapshot info(String name, Family family) {
    InfoSnapshot.Builder to = InfoSnapshot.builder().name(name).help(family.help);
    for (Point one : family.points) {
      to.dataPoint(InfoDataPointSnapshot.builder().labels(one.labels).build());
    }
    return to.build();
  }
}
