package io.vipops.lab;

import java.io.IOException;
import java.net.ServerSocket;

/** A process that has a port, on every address, and answers nothing. */
public final class PortTaker {
  private PortTaker() {}

  /** Argument: the port. Says {@code taken} once it has it. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (ServerSocket socket = new ServerSocket(Integer.parseInt(arguments[0]))) {
      System.out.println("taken " + socket.getLocalPort());
      Thread.sleep(1_200_000);
    }
  }
}
