package io.vipops.probe;

/**
 * What one run of a check saw.
 *
 * @param text short, for status and events, e.g. {@code http 200 in 3 ms}
 */
public record Result(boolean ok, String text) {
  static Result passed(String text) {
    return new Result(true, text);
  }

  static Result failed(String text) {
    return new Result(false, text);
  }
}
