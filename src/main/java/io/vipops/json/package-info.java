/** JSON text to and from plain maps, lists, strings, numbers and booleans. Pure. */
@NullMarked
package io.vipops.json;

import org.jspecify.annotations.NullMarked;
