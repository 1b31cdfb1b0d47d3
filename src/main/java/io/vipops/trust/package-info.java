/** Files that hold secrets or say whom to trust: who may touch them, and what is in them. */
@NullMarked
package io.vipops.trust;

import org.jspecify.annotations.NullMarked;
