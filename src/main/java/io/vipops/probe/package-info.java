/** Checks that touch the world. */
@NullMarked
package io.vipops.probe;

import org.jspecify.annotations.NullMarked;
