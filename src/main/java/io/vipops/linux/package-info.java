/** System calls, by JNA. */
@NullMarked
package io.vipops.linux;

import org.jspecify.annotations.NullMarked;
