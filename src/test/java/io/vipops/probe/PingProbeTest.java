package io.vipops.probe;

import static io.vipops.lab.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.lab.Lab;
import io.vipops.lab.LabHost;
import io.vipops.lab.Running;
import io.vipops.spec.Addresses;
import io.vipops.spec.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Echo requests to a real kernel, through raw sockets and through ping sockets. */
@Tag("root")
class PingProbeTest {
  private static final Duration SOON = Duration.ofSeconds(15);

  /** Pings what it is told to, with a timeout of 1 s, and prints the result. */
  static final class Pinger {
    private Pinger() {}

    public static void main(String[] addresses) {
      Stream.of(addresses).parallel().map(Pinger::line).forEachOrdered(System.out::println);
    }

    private static String line(String address) {
      Probe.Ping probe = new Probe.Ping(Objects.requireNonNull(Addresses.parse(address)));
      long startNs = System.nanoTime();
      Result result = PingProbe.run(probe, Duration.ofSeconds(1));
      long ms = (System.nanoTime() - startNs) / 1_000_000;
      return address
          + (result.ok() ? " ok " : " failed ")
          + (ms < 2000 ? "in time: " : "late: ")
          + result.text();
    }
  }

  private static String ping(LabHost host, String... addresses) throws Exception {
    Running pinger = host.java(Pinger.class, List.of("-Xmx24m"), addresses);
    until("an end", SOON, () -> !pinger.isAlive());
    return pinger.output();
  }

  private static void withV6(LabHost host, String address) throws Exception {
    host.enableIpv6();
    host.ip("-6", "addr", "add", address, "dev", "eth0", "nodad");
  }

  @Test
  void whoAnswersPassesAndWhoDoesNotFailsInTime() throws Exception {
    try (Lab lab = Lab.create()) {
      LabHost a = lab.host("a", "10.0.0.51/24");
      LabHost b = lab.host("b", "10.0.0.52/24");
      withV6(a, "2001:db8::51/64");
      withV6(b, "2001:db8::52/64");
      for (String group : List.of("1 0", "0 2147483647")) { // raw, then ping sockets
        a.exec("sh", "-c", "echo '" + group + "' > /proc/sys/net/ipv4/ping_group_range");
        assertThat(ping(a, "10.0.0.52", "2001:db8::52", "127.0.0.1", "::1"))
            .as(group)
            .contains(
                "10.0.0.52 ok in time: ping 10.0.0.52 answered in ",
                "2001:db8::52 ok in time: ",
                "127.0.0.1 ok in time: ",
                "::1 ok in time: ");
        b.exec("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
        b.exec("sysctl", "-qw", "net.ipv6.icmp.echo_ignore_all=1");
        assertThat(ping(a, "10.0.0.52", "2001:db8::52", "10.0.0.99", "192.0.2.1"))
            .as(group)
            .contains(
                "10.0.0.52 failed in time: ping 10.0.0.52: timeout after 1 s",
                "2001:db8::52 failed in time: ",
                "10.0.0.99 failed in time: ",
                "192.0.2.1 failed in time: ping 192.0.2.1: no way there: network is unreachable");
        b.exec("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=0");
        b.exec("sysctl", "-qw", "net.ipv6.icmp.echo_ignore_all=0");
      }
    }
  }

  @Test
  void theAnswerToSomebodyElsesRequestDoesNotCount() throws Exception {
    try (Lab lab = Lab.create()) {
      LabHost a = lab.host("a", "10.0.0.51/24");
      LabHost b = lab.host("b", "10.0.0.52/24");
      // Another program here is answered all the time; our own requests, of 8 bytes, are dropped.
      b.exec("nft", "add table ip t");
      b.exec("nft", "add chain ip t in { type filter hook input priority 0; }");
      b.exec("nft", "add rule ip t in icmp type echo-request ip length 36 drop");
      Running other = a.start("ping", "-i", "0.01", "10.0.0.52");
      until("answers", SOON, () -> other.output().contains("icmp_seq=3"));
      a.exec("sh", "-c", "echo '1 0' > /proc/sys/net/ipv4/ping_group_range");
      assertThat(ping(a, "10.0.0.52"))
          .contains("10.0.0.52 failed in time: ping 10.0.0.52: timeout");
    }
  }
}
