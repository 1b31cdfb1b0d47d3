package io.vipops.agent;

import java.io.IOException;

/** Another agent holds this one's folders, or a right is missing; the message is for the user. */
public final class CannotStartException extends IOException {
  private static final long serialVersionUID = 1L;

  CannotStartException(String message) {
    super(message);
  }
}
