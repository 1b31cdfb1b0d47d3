/** The commands: one per file, no logic of their own. */
@NullMarked
package io.vipops.cli;

import org.jspecify.annotations.NullMarked;
