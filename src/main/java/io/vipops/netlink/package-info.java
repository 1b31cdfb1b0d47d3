/** Netlink messages as bytes. Pure. */
@NullMarked
package io.vipops.netlink;

import org.jspecify.annotations.NullMarked;
