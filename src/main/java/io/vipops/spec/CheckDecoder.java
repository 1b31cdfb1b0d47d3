package io.vipops.spec;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One entry of {@code checks} to its record. */
final class CheckDecoder {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private CheckDecoder() {}

  static Check check(String name, Fields in) {
    List<Probe> probes = probes(in);
    if (probes.isEmpty() && !in.has("http")) {
      String message = "looks at nothing: give it nginx, process, http, tcp, script, ping or file";
      in.error(RuleId.CHECK_EMPTY.id, in.at(), "check " + name + " " + message);
    }
    Duration interval = in.duration("interval", SHORTEST, LONGEST, SECOND);
    return new Check(
        name,
        Collections.unmodifiableList(probes),
        interval,
        in.duration("timeout", Duration.ofMillis(1), LONGEST, interval),
        in.integer("rise", 1, 1000, 1),
        in.integer("fall", 1, 1000, 1),
        in.integer("weight", -253, 253, 0));
  }

  private static List<Probe> probes(Fields in) {
    List<Probe> probes = new ArrayList<>();
    if (in.has("nginx")) {
      probes.add(new Probe.Nginx());
    }
    if (in.has("process")) {
      String process = in.required("process");
      if (process.indexOf('/') >= 0) {
        String message = "process must be a name such as nginx, not a path";
        in.error(RuleId.BAD_VALUE.id, in.at("process"), message);
      }
      probes.add(new Probe.Process(process));
    }
    Fields http = in.map("http");
    Probe.Http asked = http == null ? null : http(http);
    if (asked != null) {
      probes.add(asked);
    }
    Addresses.HostPort tcp = Addresses.parseHostPort(in.string("tcp", ""));
    if (tcp != null) {
      probes.add(new Probe.Tcp(tcp.address(), tcp.port()));
    }
    Fields script = in.map("script");
    if (script != null) {
      probes.add(script(script));
    }
    InetAddress ping = Addresses.parse(in.string("ping", ""));
    if (ping != null) {
      probes.add(new Probe.Ping(ping));
      String fault = faultOfPing(ping);
      if (fault != null) {
        String message = ping.getHostAddress() + " " + fault;
        in.error(RuleId.BAD_ADDRESS.id, in.at("ping"), message);
      }
    }
    Fields file = in.map("file");
    if (file != null) {
      file.refuseControls("path");
      probes.add(new Probe.File(file.string("path", ""), file.bool("present", true)));
    }
    return probes;
  }

  private static @Nullable String faultOfPing(InetAddress address) {
    return address.isLinkLocalAddress() && address.getAddress().length == 16
        ? "is of a link, and a check cannot name the interface: use another address of that host"
        : HostAddresses.faultOfTarget(address);
  }

  private static Probe.@Nullable Http http(Fields in) {
    SortedSet<Integer> status = new TreeSet<>();
    for (YamlNode item : in.items("status")) {
      if (item.plain() instanceof Long number) {
        status.add(number.intValue());
      }
    }
    if (status.isEmpty()) {
      status.add(200);
    }
    String text = in.string("url", "");
    URI url = url(text);
    if (url == null) {
      String message =
          "url must be like http://127.0.0.1/healthz, its host an address or localhost";
      in.error(RuleId.BAD_URL.id, in.at("url"), message + ", not " + text);
      return null;
    }
    return new Probe.Http(
        url, in.string("host"), Collections.unmodifiableSortedSet(status), in.string("body"));
  }

  private static @Nullable URI url(String text) {
    try {
      URI url = new URI(text);
      String host = url.getHost();
      if (host == null || url.getUserInfo() != null || url.getFragment() != null) {
        return null;
      }
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      boolean known = bare.equals("localhost") || Addresses.parse(bare) != null;
      boolean port = url.getPort() == -1 || (url.getPort() > 0 && url.getPort() < 65_536);
      return known && port && "http".equals(url.getScheme()) ? url : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static Probe.Script script(Fields in) {
    List<String> command = in.strings("command");
    return new Probe.Script(Collections.unmodifiableList(command), in.string("user"));
  }
}
