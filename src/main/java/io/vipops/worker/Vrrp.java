package io.vipops.worker;

import io.vipops.apply.ApplyFailure;
import java.nio.file.Path;

/** The VRRP half of an apply. The agent does it: it owns the engine, and outlives the worker. */
public interface Vrrp {
  /**
   * Tries a {@code vrrp.yaml} against the host, without effect.
   *
   * @throws ApplyFailure if it could not be taken into force
   */
  void check(Path file) throws ApplyFailure, InterruptedException;

  /**
   * Applies the difference to what runs; returns when the kernel has it.
   *
   * @throws ApplyFailure if it is not in force
   */
  void apply(Path file) throws ApplyFailure, InterruptedException;

  /** nginx's workers answer with this generation. */
  void nginxProven(String generation);
}
