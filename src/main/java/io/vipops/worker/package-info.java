/** The agent's child: fetches commits and takes them into force, one pass at a time. */
@NullMarked
package io.vipops.worker;

import org.jspecify.annotations.NullMarked;
