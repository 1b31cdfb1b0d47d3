package io.vipops.apply;

/** A step of an apply that failed: one line for the user, and whose fault it is. */
public final class ApplyFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  public ApplyFailure(Fault fault, String line) {
    super(line);
    this.fault = fault;
  }

  ApplyFailure(String line, Throwable cause) {
    super(line, cause);
    this.fault = Fault.HOST;
  }

  public Fault fault() {
    return fault;
  }

  /** What went wrong, where, and what to do; one line. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
