package io.vipops.cli;

/** There is nothing to plan with; the message is for the user. */
final class UnplannableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnplannableException(String message) {
    super(message);
  }
}
