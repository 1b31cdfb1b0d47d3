package io.vipops.lab;

import io.vipops.git.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * One repository behind the real servers of each transport: {@code git daemon}, {@code sshd}, and
 * {@code git http-backend} behind nginx with TLS. Port {@link #TLS_ODD} and up are nginx, too, but
 * no Git.
 */
public final class GitServers {
  public static final int GIT = 9418;
  public static final int SSH = 2222;
  public static final int TLS = 8443;

  /** As {@link #TLS}, but each connection is closed after one answer. */
  public static final int TLS_SHORT = 8444;

  public static final int TLS_ODD = 8450;
  private static final String NAME = "10.0.0.2";

  private final LabHost host;
  private final Path folder;

  private GitServers(LabHost host, Path folder) {
    this.host = host;
    this.folder = folder;
  }

  /**
   * Starts them on a new lab host 10.0.0.2 and waits until they listen.
   *
   * @param address at which they listen; not loopback: also as 10.0.0.2
   */
  public static GitServers start(Lab lab, Path folder, String address) throws Exception {
    GitServers servers = new GitServers(lab.host("git", NAME + "/24"), folder);
    servers.startAll(address);
    return servers;
  }

  public LabHost host() {
    return host;
  }

  public Path bare() {
    return folder.resolve("lb.git");
  }

  private void startAll(String address) throws Exception {
    Cluster.git(folder, "init", "-q", "--bare", "-b", "main", "lb.git");
    Cluster.git(bare(), "config", "uploadpack.allowFilter", "true"); // as the large hosts do
    host.start(
        "git",
        "daemon",
        "--export-all",
        "--base-path=" + folder,
        "--listen=" + address,
        "--port=" + GIT);
    startSshd(address);
    startNginx(address);
    for (int port : new int[] {GIT, SSH, TLS}) {
      Await.until("port " + port, Duration.ofSeconds(30), () -> listens(port));
    }
  }

  private boolean listens(int port) throws IOException, InterruptedException {
    return host.exec("ss", "-Hltn", "sport", "=", ":" + port).contains(":" + port);
  }

  private void startSshd(String address) throws Exception {
    for (String key : new String[] {"host", "deploy"}) {
      Path file = folder.resolve(key);
      Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString());
    }
    Files.createDirectories(Path.of("/run/sshd"));
    Path config = folder.resolve("sshd_config");
    // Root's own home may have start files that keep a shell busy for longer than a poll waits.
    Files.writeString(
        config,
        """
        Port %d
        ListenAddress %s
        HostKey %s
        AuthorizedKeysFile %s
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        MaxStartups 200
        SetEnv HOME=%s
        """
            .formatted(SSH, address, folder.resolve("host"), folder.resolve("deploy.pub"), folder));
    host.start("/usr/sbin/sshd", "-D", "-e", "-f", config.toString());
  }

  /** Lets {@code port} of 10.0.0.2 be known by the host key. */
  public void know(Path file, int port) throws IOException {
    Files.writeString(
        file, "[" + NAME + "]:" + port + " " + Files.readString(folder.resolve("host.pub")));
  }

  public Path deployKey() {
    return folder.resolve("deploy");
  }

  public Path caFile() {
    return folder.resolve("tls.pem");
  }

  private void startNginx(String address) throws Exception {
    Certificates.write(Certificates.selfSigned(NAME), caFile(), folder.resolve("tls.key"));
    Path socket = folder.resolve("fcgi.sock");
    host.start("fcgiwrap", "-c", "4", "-s", "unix:" + socket);
    Await.until("fcgiwrap", Duration.ofSeconds(30), () -> Files.exists(socket));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
    String git =
        """
        location / {
          fastcgi_pass unix:%s;
          fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
          fastcgi_param GIT_PROJECT_ROOT %s;
          fastcgi_param GIT_HTTP_EXPORT_ALL 1;
          fastcgi_param PATH_INFO $uri;
          fastcgi_param QUERY_STRING $query_string;
          fastcgi_param REQUEST_METHOD $request_method;
          fastcgi_param CONTENT_TYPE $content_type;
          fastcgi_param CONTENT_LENGTH $content_length;
          fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
        }
        """
            .formatted(socket, folder);
    StringBuilder conf = new StringBuilder();
    conf.append(
        """
        daemon off; user root; worker_processes 1; pid %1$s/git-nginx.pid; error_log %1$s/git-nginx.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          ssl_certificate %1$s/tls.pem; ssl_certificate_key %1$s/tls.key;
          ssl_session_cache shared:tls:1m;
          client_body_temp_path %1$s/tmp1; proxy_temp_path %1$s/tmp2; fastcgi_temp_path %1$s/tmp3;
        """
            .formatted(folder));
    conf.append(server(address, TLS, git));
    conf.append(server(address, TLS_SHORT, "keepalive_timeout 0;" + git));
    conf.append(
        server(
            address,
            TLS_ODD,
            "location / { default_type text/html; return 200 '<html>Please log in</html>'; }"));
    conf.append(
        server(
            address,
            TLS_ODD + 1,
            "location / { return 302 https://$http_host/again$request_uri; }"));
    conf.append(
        server(
            address,
            TLS_ODD + 2,
            "location / { add_header X-Long '%s'; %s return 200 x; }"
                .formatted("x".repeat(4000), "add_header X-Long '${request_id}';".repeat(200))));
    conf.append(
        server(
            address,
            TLS_ODD + 3,
            "location / { proxy_pass http://127.0.0.1:9000; proxy_buffering off; }"));
    Path file = folder.resolve("git-nginx.conf");
    Files.writeString(file, conf.append("}\n"));
    host.start("nginx", "-c", file.toString());
  }

  private static String server(String address, int port, String body) {
    return "server { listen %s:%d ssl; %s }\n".formatted(address, port, body);
  }
}
