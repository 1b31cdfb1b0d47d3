/** The poll loop: drives the state machines and performs their effects. */
@NullMarked
package io.vipops.engine;

import org.jspecify.annotations.NullMarked;
