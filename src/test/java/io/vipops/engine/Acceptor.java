package io.vipops.engine;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Accepts connections and keeps them; run by tests inside a namespace of theirs. */
final class Acceptor {
  private Acceptor() {}

  public static void main(String[] arguments) throws Exception {
    InetAddress address = InetAddress.getByName(arguments[0]);
    List<Socket> accepted = new ArrayList<>();
    try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[1]), 5, address)) {
      System.out.println("listening");
      while (true) {
        accepted.add(server.accept());
      }
    }
  }
}
