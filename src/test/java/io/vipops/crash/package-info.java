/** Processes that end at any moment, for real, and what is in force after they start again. */
package io.vipops.crash;
