/** The doors through which people meet vipops before a load balancer does, each tried for real. */
package io.vipops.ci;
