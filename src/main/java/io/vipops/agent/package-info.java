/**
 * The long-lived process: owns the engine, the checks, the worker's life and the control socket.
 */
@NullMarked
package io.vipops.agent;

import org.jspecify.annotations.NullMarked;
