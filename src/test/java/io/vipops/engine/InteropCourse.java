package io.vipops.engine;

import java.nio.file.Path;

/** What happens in every row of the matrix; the peer has priority 90. */
final class InteropCourse {
  private static final int HIGHER = 100;
  private static final int LOWER = 80;

  private InteropCourse() {}

  static void preempt(VrrpPeer.Setting setting, Path folder) throws Exception {
    try (InteropRow row = new InteropRow(setting, folder)) {
      row.startUs(HIGHER);
      row.becomesActive("we start with more", true);
      row.us().stop();
      row.becomesActive("we stop", false);
      row.startUs(HIGHER);
      row.becomesActive("we return", true);
      row.us().kill();
      row.becomesActive("we are killed", false);
      row.startUs(HIGHER);
      row.becomesActive("we return", true);
      row.peer.reload();
      row.us().tell("apply garp=3:5:0");
      row.staysActive("both reload", true);
      row.us().stop();
      row.becomesActive("we stop", false);
      row.startUs(LOWER);
      row.staysActive("we start with less", false);
      row.losesThePeer();
      row.peer.restart();
      row.becomesActive("it returns", false);
      row.peer.stop();
      row.becomesActive("it stops", true);
      row.peer.restart();
      row.becomesActive("it returns", false);
      row.passes();
    }
  }

  static void noPreempt(VrrpPeer.Setting setting, Path folder) throws Exception {
    try (InteropRow row = new InteropRow(setting, folder)) {
      row.startUs(HIGHER);
      row.staysActive("we start with more", false);
      row.peer.stop();
      row.becomesActive("it stops", true);
      row.peer.restart();
      row.staysActive("it returns", true);
      row.us().stop();
      row.becomesActive("we stop", false);
      row.startUs(LOWER);
      row.staysActive("we return with less", false);
      row.peer.reload();
      row.us().tell("apply garp=3:5:0");
      row.staysActive("both reload", false);
      row.losesThePeer();
      row.peer.restart();
      row.staysActive("it returns with more", true);
      row.us().kill();
      row.becomesActive("we are killed", false);
      row.passes();
    }
  }
}
