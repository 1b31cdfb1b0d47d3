package io.vipops.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("root")
class LabTest {
  @Test
  void hostsReachEachOtherUntilTheCableIsCut() throws Exception {
    try (Lab lab = Lab.create()) {
      LabHost a = lab.host("a", "10.0.0.1/24");
      lab.host("b", "10.0.0.2/24");
      a.exec("ping", "-qc1", "-W5", "10.0.0.2");
      a.cutOff();
      assertThatThrownBy(() -> a.exec("ping", "-qc1", "-W1", "10.0.0.2"))
          .isInstanceOf(IOException.class);
      a.reconnect();
      a.exec("ping", "-qc1", "-W5", "10.0.0.2");
    }
  }

  @Test
  void anUnpluggedHostLosesCarrier() throws Exception {
    try (Lab lab = Lab.create()) {
      LabHost a = lab.host("a", "10.0.0.1/24");
      Await.until("carrier", Duration.ofSeconds(5), () -> carrier(a));
      a.unplug();
      Await.until("no carrier", Duration.ofSeconds(5), () -> !carrier(a));
      a.plug();
      Await.until("carrier again", Duration.ofSeconds(5), () -> carrier(a));
    }
  }

  @Test
  void closingLeavesNoNamespaceAndNoProcess() throws Exception {
    Running sleeper;
    String namespace;
    try (Lab lab = Lab.create()) {
      LabHost a = lab.host("a", "10.0.0.1/24");
      namespace = a.namespace();
      sleeper = a.start("sleep", "600");
      a.exec("sh", "-c", "setsid sleep 601 >/dev/null 2>&1 &");
      assertThat(sleeper.isAlive()).isTrue();
    }
    assertThat(sleeper.isAlive()).isFalse();
    assertThat(Command.run("ip", "netns", "list")).doesNotContain(namespace);
  }

  private static boolean carrier(LabHost host) throws Exception {
    return host.ip("-o", "link", "show", "eth0").contains("LOWER_UP");
  }
}
