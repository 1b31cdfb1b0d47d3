/** Rise, fall and weights: from probe results to an effective priority. Pure. */
@NullMarked
package io.vipops.check;

import org.jspecify.annotations.NullMarked;
