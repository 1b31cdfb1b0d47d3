package io.vipops.lab;

import java.io.IOException;

/** Many {@link ProbeClient}s in one process: pairs of address and log file, then the pause. */
public final class ProbeClients {
  private ProbeClients() {}

  public static void main(String[] arguments) {
    String pause = arguments[arguments.length - 1];
    for (int n = 0; n + 1 < arguments.length; n += 2) {
      String vip = arguments[n];
      String log = arguments[n + 1];
      new Thread(() -> run(vip, log, pause), vip).start();
    }
  }

  private static void run(String vip, String log, String pause) {
    try {
      ProbeClient.main(new String[] {vip, log, pause});
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
