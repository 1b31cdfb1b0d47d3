/** What {@code validate} found, in the formats that CI systems read: pure functions to text. */
@NullMarked
package io.vipops.report;

import org.jspecify.annotations.NullMarked;
