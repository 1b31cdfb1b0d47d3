/** Length-framed JSON between agent and worker, and on the control socket. */
@NullMarked
package io.vipops.channel;

import org.jspecify.annotations.NullMarked;
