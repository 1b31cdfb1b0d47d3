/** SSH signatures over commits, and who may make them: bytes in, a verdict out. */
@NullMarked
package io.vipops.signing;

import org.jspecify.annotations.NullMarked;
