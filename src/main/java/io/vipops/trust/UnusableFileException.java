package io.vipops.trust;

/** A file of agent.yaml that cannot be used: one line that names it and says what to do. */
public final class UnusableFileException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableFileException(String line) {
    super(line);
  }

  /** The line for the user. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
