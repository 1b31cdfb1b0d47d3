package io.vipops.spec;

/** How bad a {@link Problem} is: an error refuses the commit, a warning does not. */
public enum Severity {
  ERROR,
  WARNING
}
