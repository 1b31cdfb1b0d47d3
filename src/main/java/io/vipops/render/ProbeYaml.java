package io.vipops.render;

import io.vipops.spec.Addresses;
import io.vipops.spec.Fields;
import io.vipops.spec.Probe;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A check's probes as keys of the check, in the words of the spec. */
final class ProbeYaml {
  private ProbeYaml() {}

  static void write(Lines lines, Pointer check, Probe probe) {
    if (probe instanceof Probe.Process process) {
      lines.add(check.to("process"), "process: " + YamlText.string(process.name()));
    } else if (probe instanceof Probe.Http http) {
      lines.add(check.to("http"), "http: " + http(http));
    } else if (probe instanceof Probe.Tcp tcp) {
      String socket = NginxText.socket(tcp.address(), tcp.port());
      lines.add(check.to("tcp"), "tcp: " + YamlText.string(socket));
    } else if (probe instanceof Probe.Script script) {
      lines.add(check.to("script"), "script: " + script(script));
    } else if (probe instanceof Probe.Ping ping) {
      lines.add(check.to("ping"), "ping: " + YamlText.address(ping.address(), ""));
    } else if (probe instanceof Probe.File file) {
      String path = YamlText.string(file.path());
      String present = file.present() ? "" : ", present: false";
      lines.add(check.to("file"), "file: {path: " + path + present + "}");
    } else if (probe instanceof Probe.Nginx) {
      lines.add(check.to("nginx"), "nginx: true");
    }
  }

  private static String http(Probe.Http http) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("url", YamlText.string(http.url().toString()));
    if (http.host() != null) {
      fields.put("host", YamlText.string(http.host()));
    }
    fields.put("status", YamlText.list(http.status().stream().map(String::valueOf).toList()));
    if (http.body() != null) {
      fields.put("body", YamlText.string(http.body()));
    }
    return YamlText.map(fields);
  }

  private static String script(Probe.Script script) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("command", YamlText.list(script.command().stream().map(YamlText::string).toList()));
    if (script.user() != null) {
      fields.put("user", YamlText.string(script.user()));
    }
    return YamlText.map(fields);
  }

  /** The probes of a check, in the order of their keys. */
  static List<Probe> read(Fields check) {
    List<Probe> probes = new ArrayList<>();
    for (String key : check.keys()) {
      Probe probe =
          switch (key) {
            case "process" -> new Probe.Process(check.required(key));
            case "http" -> readHttp(check);
            case "tcp" -> readTcp(check);
            case "script" -> readScript(check);
            case "ping" -> readPing(check);
            case "file" -> readFile(check);
            case "nginx" -> check.bool(key, true) ? new Probe.Nginx() : null;
            default -> null;
          };
      if (probe != null) {
        probes.add(probe);
      }
    }
    if (probes.isEmpty()) {
      check.error("missing-key", check.at(), "a check needs a probe");
    }
    return List.copyOf(probes);
  }

  private static @Nullable Probe readHttp(Fields check) {
    Fields http = check.map("http");
    if (http == null) {
      return null;
    }
    String url = http.required("url");
    String host = http.string("host");
    String body = http.string("body");
    SortedSet<Integer> status = new TreeSet<>();
    for (String text : http.strings("status")) {
      if (text.matches("[1-5][0-9][0-9]")) {
        status.add(Integer.valueOf(text));
      } else {
        http.error("bad-value", http.at("status"), "status must be 100 to 599, not " + text);
      }
    }
    http.done();
    try {
      return new Probe.Http(new URI(url), host, status, body);
    } catch (URISyntaxException e) {
      http.error("bad-value", http.at("url"), "url is not a URL: " + url);
      return null;
    }
  }

  private static @Nullable Probe readTcp(Fields check) {
    String text = check.required("tcp");
    Addresses.HostPort socket = Addresses.parseHostPort(text);
    if (socket == null) {
      check.error("bad-value", check.at("tcp"), "tcp must be address:port, not " + text);
      return null;
    }
    return new Probe.Tcp(socket.address(), socket.port());
  }

  private static @Nullable Probe readPing(Fields check) {
    String text = check.required("ping");
    InetAddress address = Addresses.parse(text);
    if (address == null) {
      check.error("bad-value", check.at("ping"), "ping must be an IP address, not " + text);
      return null;
    }
    return new Probe.Ping(address);
  }

  private static @Nullable Probe readFile(Fields check) {
    Fields file = check.map("file");
    if (file == null) {
      return null;
    }
    String path = file.required("path");
    if (!path.startsWith("/")) {
      file.error("bad-value", file.at("path"), "path must be absolute, not " + path);
    }
    Probe probe = new Probe.File(path, file.bool("present", true));
    file.done();
    return probe;
  }

  private static @Nullable Probe readScript(Fields check) {
    Fields script = check.map("script");
    if (script == null) {
      return null;
    }
    List<String> command = script.strings("command");
    if (command.isEmpty()) {
      script.error("bad-value", script.at("command"), "command must not be empty");
    }
    Probe probe = new Probe.Script(List.copyOf(command), script.string("user"));
    script.done();
    return probe;
  }
}
