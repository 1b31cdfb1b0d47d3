package io.vipops.engine;

import java.time.Duration;
import java.util.List;

/**
 * How late adverts were sent: the time from when each was due until the kernel had taken it.
 *
 * @param bounds upper bounds of the buckets, ascending
 * @param counts adverts in each bucket since the engine began, and one more of those later than all
 *     bounds
 * @param sum of all of them
 * @param minuteCount adverts of about the last minute
 * @param minuteP99 what 99 of 100 of these were no later than, rounded up to a bound; zero: none
 * @param minuteMax the latest of these; zero: none
 */
public record AdvertLateness(
    List<Duration> bounds,
    List<Long> counts,
    Duration sum,
    long minuteCount,
    Duration minuteP99,
    Duration minuteMax) {}
