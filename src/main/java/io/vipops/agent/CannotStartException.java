package io.vipops.agent;

import java.io.IOException;

/**
 * The host does not let an agent start now: another holds its folders, or a right is missing. The
 * message is for the user.
 */
public final class CannotStartException extends IOException {
  private static final long serialVersionUID = 1L;

  CannotStartException(String message) {
    super(message);
  }
}
