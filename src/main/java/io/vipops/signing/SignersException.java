package io.vipops.signing;

/** A file of keys that cannot be used: one line that says file, line and what to do. */
public final class SignersException extends Exception {
  private static final long serialVersionUID = 1L;

  public SignersException(String line) {
    super(line);
  }

  /** The line for the user. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
