package io.vipops.spec;

import java.net.InetAddress;
import java.time.Duration;

/**
 * One backend.
 *
 * @param weight at least 1
 * @param maxConns simultaneous connections; 0: no limit
 * @param maxFails failures within {@code failTimeout} until it is left out for that long; 0: never
 */
public record Server(
    InetAddress address,
    int port,
    int weight,
    int maxConns,
    int maxFails,
    Duration failTimeout,
    boolean backup,
    State state) {

  /**
   * {@code READY}: takes requests. {@code DRAIN} and {@code MAINT}: takes no new ones (nginx:
   * {@code down}).
   */
  public enum State {
    READY,
    DRAIN,
    MAINT
  }
}
