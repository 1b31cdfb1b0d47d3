/** The cluster spec: records, reader, rules, problems. Pure. */
@NullMarked
package io.vipops.spec;

import org.jspecify.annotations.NullMarked;
