/** What a change of the spec does to each node, before anybody makes it. Pure. */
@NullMarked
package io.vipops.plan;

import org.jspecify.annotations.NullMarked;
