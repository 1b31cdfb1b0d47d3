/** The whole of vipops as its users run it, on real parts. */
package io.vipops.system;
