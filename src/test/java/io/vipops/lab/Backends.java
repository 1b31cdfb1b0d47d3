package io.vipops.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The servers behind the load balancers: 10.0.0.101 to 10.0.0.104, which answer with their name.
 */
public final class Backends {
  private Backends() {}

  /** Starts them as one nginx on one lab host. */
  public static void start(Lab lab, Path folder) throws IOException, InterruptedException {
    LabHost web = lab.host("web", "10.0.0.101/24");
    StringBuilder conf = new StringBuilder();
    conf.append(
        "daemon off; worker_processes 1; pid %s; error_log %s;\n"
            .formatted(folder.resolve("web.pid"), folder.resolve("web.log")));
    conf.append("events { worker_connections 512; }\nhttp { access_log off;\n");
    for (int n = 101; n <= 104; n++) {
      if (n > 101) {
        web.ip("addr", "add", "10.0.0." + n + "/24", "dev", "eth0");
      }
      conf.append(
          "server { listen 10.0.0.%1$d:80; location / { return 200 \"b%1$d\\n\"; } }\n"
              .formatted(n));
    }
    Path file = folder.resolve("web.conf");
    Files.writeString(file, conf.append("}\n"));
    web.start("nginx", "-c", file.toString());
  }
}
