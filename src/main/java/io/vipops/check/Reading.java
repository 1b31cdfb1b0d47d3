package io.vipops.check;

/**
 * Where a check stands now.
 *
 * @param answered whether its results have come to a verdict since it was started
 * @param last the last result in words, e.g. {@code no process nginx} or {@code http 200 in 3 ms}
 */
public record Reading(Verdict verdict, boolean answered, String last) {}
