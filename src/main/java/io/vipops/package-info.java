/** vipops: a load-balancer pair described in Git. */
@NullMarked
package io.vipops;

import org.jspecify.annotations.NullMarked;
