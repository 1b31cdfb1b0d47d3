package io.vipops;

import io.vipops.cli.Vipops;

/** Entry point of every vipops process. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Vipops.execute(args));
  }
}
