package io.vipops.check;

/** What a check says, after rise and fall. */
public enum Verdict {
  /** It has not said enough yet; it neither adds to a priority nor takes from it. */
  UNKNOWN,
  PASSING,
  FAILING
}
