package io.vipops.apply;

import io.vipops.render.Host;
import io.vipops.render.NginxComplaint;
import io.vipops.render.Renderer;
import io.vipops.render.Renderer.Rendering;
import io.vipops.spec.Position;
import io.vipops.spec.Problem;
import io.vipops.spec.RuleId;
import io.vipops.spec.Severity;
import io.vipops.spec.Spec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lets this machine's nginx test what the nodes of a spec would run, as any user and without
 * touching anything outside a folder of its own.
 */
public final class NginxTrial {
  /** Where Debian keeps nginx, which an ordinary user's PATH leaves out. */
  private static final List<Path> USUAL = List.of(Path.of("/usr/sbin"), Path.of("/usr/local/sbin"));

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * Sockets come after the whole file has been read: what fails there, such as port 80 for an
   * ordinary user, says nothing about the file.
   */
  private static final Pattern SOCKET = Pattern.compile("^nginx -t: (socket|bind|listen)\\(\\) ");

  /** {@code nginx -t} makes these folders, and as root takes them from whom they belong to. */
  private static final List<String> TEMPORARY =
      List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi");

  private final Path binary;
  private final Duration limit;

  /** A trial by the nginx {@code binary}, which gets 10 s for each node. */
  public NginxTrial(Path binary) {
    this(binary, LIMIT);
  }

  NginxTrial(Path binary, Duration limit) {
    this.binary = binary;
    this.limit = limit;
  }

  /**
   * This machine's nginx, if it has one.
   *
   * @param searchPath folders, separated by colons
   */
  public static Optional<Path> find(String searchPath) {
    return find(searchPath, USUAL);
  }

  static Optional<Path> find(String searchPath, List<Path> usual) {
    List<Path> folders = new ArrayList<>();
    for (String folder : searchPath.split(":", -1)) {
      if (folder.startsWith("/")) {
        folders.add(Path.of(folder));
      }
    }
    folders.addAll(usual);
    return folders.stream()
        .map(folder -> folder.resolve("nginx"))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /**
   * What nginx refuses, for each node whose configuration differs from those before.
   *
   * @param file named where a complaint leads to no line of the spec
   * @throws ApplyFailure of the host if nginx came to no verdict
   */
  public List<Problem> problems(Spec spec, String file) throws ApplyFailure, InterruptedException {
    try (PrivateFolder folder = PrivateFolder.create("vipops-nginx-")) {
      return problems(spec, file, folder.path());
    } catch (IOException e) {
      throw new ApplyFailure("nginx -t: cannot write a temporary folder: " + e.getMessage(), e);
    }
  }

  private List<Problem> problems(Spec spec, String file, Path folder)
      throws IOException, ApplyFailure, InterruptedException {
    // root is there on every machine; other users' nginx ignores whom it names.
    Host host =
        new Host(
            folder,
            folder.resolve("nginx.pid"),
            new InetSocketAddress("127.0.0.1", 9182),
            folder,
            "root");
    String build = run(List.of(binary.toString(), "-V"), folder).output();
    Set<String> tested = new HashSet<>();
    List<Problem> problems = new ArrayList<>();
    for (String node : spec.cluster().nodes().keySet()) {
      Rendering rendering = Renderer.render(spec, node, host);
      byte[] bytes = rendering.generation().files().get(Renderer.NGINX_CONF);
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (!tested.add(text.replace(rendering.generation().id(), ""))) {
        continue;
      }
      Path conf = folder.resolve("nginx.conf");
      Files.writeString(conf, withinFolder(text, folder, build));
      try {
        NginxVerdict.judge(
            run(NginxVerdict.command(binary, conf, "-p", folder + "/", "-e", "stderr"), folder));
      } catch (ApplyFailure e) {
        if (e.fault() == Fault.COMMIT) {
          problems.add(problem(e.line(), rendering, file, folder));
        } else if (!SOCKET.matcher(e.line()).find()) {
          throw e;
        }
      }
    }
    return problems;
  }

  private Finished run(List<String> command, Path folder)
      throws ApplyFailure, InterruptedException {
    try {
      return Finished.run(command, limit, folder.resolve("output"));
    } catch (IOException e) {
      throw NginxVerdict.cannotRun(binary, e);
    }
  }

  /** On the line that opens http, so that all lines keep their numbers. */
  private static String withinFolder(String conf, Path folder, String build) {
    StringBuilder http = new StringBuilder("\nhttp {");
    for (String name : TEMPORARY) {
      if (!build.contains("--without-http_" + name + "_module")) {
        http.append(" ").append(name).append("_temp_path \"");
        http.append(folder.resolve(name)).append("\";");
      }
    }
    return conf.replace("\nhttp {", http);
  }

  private static Problem problem(String line, Rendering rendering, String file, Path folder) {
    return NginxComplaint.traced(line, rendering)
        .orElseGet(
            () ->
                new Problem(
                    Severity.ERROR,
                    RuleId.NGINX_TEST.id,
                    new Position(file, 0, 0),
                    line.replace(folder + "/", "")));
  }
}
