/** The VRRP state machine, its timers and its packets (RFC 9568, RFC 3768). Pure. */
@NullMarked
package io.vipops.vrrp;

import org.jspecify.annotations.NullMarked;
