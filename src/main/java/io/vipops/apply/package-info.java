/** Generations on disk, the commit point, nginx. */
@NullMarked
package io.vipops.apply;

import org.jspecify.annotations.NullMarked;
