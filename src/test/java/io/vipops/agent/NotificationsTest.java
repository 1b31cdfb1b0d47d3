package io.vipops.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Await;
import io.vipops.spec.Addresses;
import io.vipops.spec.ChecksumForm;
import io.vipops.spec.Garp;
import io.vipops.spec.Notify;
import io.vipops.spec.VirtualAddress;
import io.vipops.spec.VrrpOptions;
import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real commands, which write what they were told into a file. */
class NotificationsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir Path folder;

  private final List<String> troubles = new CopyOnWriteArrayList<>();
  private final Notifications notifications = new Notifications(troubles::add);
  private Path told;

  @BeforeEach
  void letTheCommandsWriteThere() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    told = Files.createFile(folder.resolve("told"));
    Files.setPosixFilePermissions(told, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  @AfterEach
  void close() {
    notifications.close();
  }

  private static Notify shell(String script, Duration timeout, Notify.State... on) {
    return new Notify(
        new TreeSet<>(Arrays.asList(on)), List.of("/bin/sh", "-c", script, "sh"), null, timeout);
  }

  private Notify note(String mark, Notify.State... on) {
    return shell("echo " + mark + " \"$@\" >> " + told, LONG, on);
  }

  private static Instance instance(String name, Notify... notifies) {
    return new Instance(
        name,
        51,
        3,
        "eth0",
        Objects.requireNonNull(Addresses.parse("10.0.0.51")),
        100,
        null,
        null,
        List.of(),
        List.of(
            new VirtualAddress(
                Objects.requireNonNull(Addresses.parsePrefix("10.0.0.50/24")), null)),
        Duration.ofSeconds(1),
        true,
        Duration.ZERO,
        Duration.ofSeconds(3),
        List.of(),
        new VrrpOptions(
            Garp.DEFAULT,
            List.of(),
            List.of(notifies),
            ChecksumForm.AUTO,
            List.of(),
            null,
            true,
            false,
            null));
  }

  private void awaitTold(String... lines) throws Exception {
    Await.until("lines", SOON, () -> Files.readAllLines(told).size() >= lines.length);
    assertThat(Files.readAllLines(told)).containsExactly(lines);
  }

  @Test
  void eachChangeIsToldInOrderWithInstanceStateReasonAndPriority() throws Exception {
    Instance web =
        instance(
            "web",
            note("first", Notify.State.BACKUP, Notify.State.ACTIVE),
            note("second", Notify.State.ACTIVE, Notify.State.FAULT));
    notifications.tell(web, State.BACKUP, "started", 100);
    notifications.tell(web, State.ACTIVE, "no advert from 10.0.0.52 for 3.609 s; $x", 70);
    notifications.tell(web, State.FAULT, "interface eth0 is down", 70);
    awaitTold(
        "first web backup started 100",
        "first web active no advert from 10.0.0.52 for 3.609 s; $x 70",
        "second web active no advert from 10.0.0.52 for 3.609 s; $x 70",
        "second web fault interface eth0 is down 70");
    assertThat(troubles).isEmpty();
  }

  @Test
  void noStateThatNobodyAskedForIsTold() throws Exception {
    Instance web = instance("web", note("only", Notify.State.FAULT));
    notifications.tell(web, State.INIT, "the agent stops", 100);
    notifications.tell(web, State.HANDING_OVER, "drained", 100);
    notifications.tell(web, State.ACTIVE, "nobody", 100);
    notifications.tell(instance("quiet"), State.FAULT, "nobody asked", 100);
    notifications.tell(web, State.FAULT, "check failed", 100);
    awaitTold("only web fault check failed 100");
  }

  @Test
  void aCommandThatHangsIsKilledSaidAndTheNextOneRuns() throws Exception {
    Instance web =
        instance(
            "web",
            shell("sleep 600", Duration.ofMillis(300), Notify.State.ACTIVE),
            shell("exit 3", LONG, Notify.State.ACTIVE),
            note("after", Notify.State.ACTIVE));
    notifications.tell(web, State.ACTIVE, "nobody", 100);
    awaitTold("after web active nobody 100");
    assertThat(troubles).hasSize(2);
    assertThat(troubles.get(0)).isEqualTo("web active: notify /bin/sh: timeout after 300 ms");
    assertThat(troubles.get(1)).startsWith("web active: notify /bin/sh: exit 3 in ");
  }

  @Test
  void aCommandThatIsNotThereIsSaid() throws Exception {
    Notify missing =
        new Notify(
            new TreeSet<>(List.of(Notify.State.ACTIVE)), List.of("/no/such/command"), null, LONG);
    notifications.tell(instance("web", missing), State.ACTIVE, "nobody", 100);
    Await.until("a line", SOON, () -> !troubles.isEmpty());
    assertThat(troubles.get(0))
        .startsWith("web active: notify /no/such/command: exit 127 (is /no/such/command there");
  }

  @Test
  void anInstanceWhoseCommandHangsKeepsNoOtherWaiting() throws Exception {
    Instance stuck = instance("stuck", shell("sleep 600", LONG, Notify.State.ACTIVE));
    notifications.tell(stuck, State.ACTIVE, "nobody", 100);
    notifications.tell(
        instance("web", note("here", Notify.State.ACTIVE)), State.ACTIVE, "nobody", 100);
    awaitTold("here web active nobody 100");
  }

  @Test
  void ofMoreChangesThanTheQueueHoldsTheOldestAreLeftOutAndCounted() throws Exception {
    Path gate = folder.resolve("gate");
    Path waits = folder.resolve("waits");
    String wait = "touch %s; while [ ! -e %s ]; do sleep 0.05; done; echo $4 >> %s";
    Instance web =
        instance("web", shell(wait.formatted(waits, gate, told), LONG, Notify.State.ACTIVE));
    notifications.tell(web, State.ACTIVE, "nobody", 1);
    Await.until("the first waits", SOON, () -> Files.exists(waits));
    for (int i = 2; i <= Notifications.CAPACITY + 8; i++) {
      notifications.tell(web, State.ACTIVE, "nobody", i);
    }
    Files.createFile(gate);
    int last = Notifications.CAPACITY + 8;
    Await.until("the last", SOON, () -> Files.readAllLines(told).contains(String.valueOf(last)));
    assertThat(Files.readAllLines(told)).hasSize(1 + Notifications.CAPACITY).startsWith("1", "9");
    assertThat(troubles)
        .containsExactly("notify of web: 7 changes of state were left out: too slow");
  }

  @Test
  void closingEndsWhatRunsAndForgetsWhatWaits() throws Exception {
    Path pid = folder.resolve("pid");
    Instance web =
        instance(
            "web",
            shell(
                "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; sleep 600; true",
                LONG,
                Notify.State.ACTIVE));
    notifications.tell(web, State.ACTIVE, "nobody", 100);
    notifications.tell(
        instance("web", note("later", Notify.State.BACKUP)), State.BACKUP, "later", 100);
    Await.until("it runs", SOON, () -> Files.exists(pid));
    notifications.close();
    Path process = Path.of("/proc", Files.readString(pid).strip(), "cmdline");
    Await.until(
        "it is gone",
        SOON,
        () ->
            !Files.exists(process)
                || Files.size(process) == 0 && Files.readString(process).isEmpty());
    notifications.tell(instance("web", note("never", Notify.State.ACTIVE)), State.ACTIVE, "", 1);
    assertThat(told).isEmptyFile();
    assertThat(troubles).isEmpty();
  }
}
