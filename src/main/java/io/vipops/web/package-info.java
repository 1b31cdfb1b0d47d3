/** The worker's HTTP server: status page, metrics and webhook; and what it tells Git servers. */
@NullMarked
package io.vipops.web;

import org.jspecify.annotations.NullMarked;
