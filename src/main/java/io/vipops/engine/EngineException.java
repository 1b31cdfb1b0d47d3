package io.vipops.engine;

/** The host did not let the engine do what the configuration asks; the message is one line. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EngineException(String line) {
    super(line);
  }
}
