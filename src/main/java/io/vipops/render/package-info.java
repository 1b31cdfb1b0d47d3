/** Spec and node to a generation: nginx.conf, vrrp.yaml, manifest. Pure. */
@NullMarked
package io.vipops.render;

import org.jspecify.annotations.NullMarked;
