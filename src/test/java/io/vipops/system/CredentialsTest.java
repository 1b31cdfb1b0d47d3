package io.vipops.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.git.HttpsServerInANamespace;
import io.vipops.lab.Await;
import io.vipops.lab.Cluster;
import io.vipops.lab.Command;
import io.vipops.lab.Running;
import io.vipops.lab.SecretSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent with every kind of credential, in operations that work and that fail; then all that it
 * printed, wrote and showed is searched for each of them.
 */
@Tag("root")
class CredentialsTest {
  private static final Duration SOON = Duration.ofSeconds(90);

  /** With characters that quoting and encoding change. */
  private static final String TOKEN = "ghp/Zk8+q&w=31TokenA";

  private static final String WRONG_TOKEN = "glpat+9/x&Wrong=77B";
  private static final String WEBHOOK = "hook/Secret+5&1=Ccc";
  private static final String REPORT = "report/Tok+en&2=Dddd";
  private static final String IN_URL = "url-Pass_5k8-Eeee";
  private static final String INLINE = "p/5&Zq+9";
  private static final String LONG_INLINE = "Lo/5&ng+9password";
  private static final String FROM_FILE = "f+7/Kd&2";

  @TempDir Path folder;
  private final SecretSearch search = new SecretSearch();
  private Cluster cluster;
  private volatile boolean ended;
  private Thread sampler;

  @BeforeEach
  void create() throws Exception {
    cluster = Cluster.create(folder);
    search.secret("token", TOKEN);
    search.secret("wrong token", WRONG_TOKEN);
    search.secret("webhook secret", WEBHOOK);
    search.secret("report token", REPORT);
    search.secret("password in a URL", IN_URL);
    search.secret("VRRP password", INLINE);
    search.secret("VRRP password of a refused commit", LONG_INLINE);
    search.secret("VRRP password of a file", FROM_FILE);
    sampler = new Thread(this::sample, "sampler");
    sampler.setDaemon(true);
    sampler.start();
  }

  @AfterEach
  void close() throws Exception {
    ended = true;
    sampler.join();
    cluster.close();
  }

  private void sample() {
    while (!ended) {
      try {
        search.processes(cluster.host("lb01").namespace());
        Thread.sleep(5); // between two looks at all processes
      } catch (IOException | InterruptedException e) {
        return;
      }
    }
  }

  @Test
  void noCredentialIsInALogAStatusAFileOrAProcessList() throws Exception {
    Files.createDirectories(cluster.home("lb01"));
    write("token", TOKEN);
    write("webhook", WEBHOOK);
    write("report", REPORT);
    write("vrrp-password", FROM_FILE);
    Running server =
        cluster
            .host("lb01")
            .java(HttpsServerInANamespace.class, List.of("-Xmx64m"), folder.toString());
    server.tell(TOKEN);
    Await.until("the server listens", SOON, () -> server.output().contains("url "));
    String url = server.output().lines().findFirst().orElseThrow().substring(4);

    aPasswordInTheUrlIsRefused(url);
    overHttps(url, server);
    overSsh();
    commandsOverTheSpec();

    searchFiles();
    ended = true;
    sampler.join();
    Map<String, Set<String>> found = search.found();
    System.out.println("credentials: " + search.extent() + ", found in " + found.keySet());
    found.keySet().removeIf(where -> where.endsWith("/vrrp.yaml"));
    assertThat(found).isEmpty();
  }

  private void aPasswordInTheUrlIsRefused(String url) throws Exception {
    configure(url.replace("https://", "https://bob:" + IN_URL + "@"), "");
    Running agent = cluster.startAgent("lb01");
    Await.until("it ends", SOON, () -> !agent.isAlive());
    assertThat(agent.exitCode()).isEqualTo(78);
    assertThat(agent.output()).contains("inline-secret");
    search.text("the agent, refusing its URL", agent.output());
  }

  private void overHttps(String url, Running server) throws Exception {
    configure(
        url + "/lb.git",
        "https: {token_file: %1$s/token, ca_file: %2$s/ca.pem}"
            .formatted(cluster.home("lb01"), folder));
    String good = cluster.push("good", spec("password: \"" + INLINE + "\""));
    Running agent = cluster.startAgent("lb01");
    Await.until("applied", SOON, () -> cluster.proven("lb01", good));
    refused("password: \"" + LONG_INLINE + "\"", "8 bytes");
    refused("pasword: \"" + LONG_INLINE + "\"", "pasword");
    refused("password: [\"" + LONG_INLINE + "\"", "yaml-syntax");
    refused("password: {a: \"" + LONG_INLINE + "\"}", "password");
    cluster.push("good again", spec("password: \"" + INLINE + "\""));
    look("unchanged", "");
    hook();

    write("token", WRONG_TOKEN);
    cluster.push("unseen", spec("password: \"" + INLINE + "\"") + "# 1\n");
    look("failed", "refuses the token in");
    write("token", TOKEN);
    server.tell("/lb.git https://elsewhere.example.com/lb.git");
    Await.until("it redirects", SOON, () -> server.output().contains("redirects"));
    look("failed", "redirected");
    agent.stop();
    search.text("the agent, over https", agent.output());
  }

  private void overSsh() throws Exception {
    Path home = cluster.home("lb01");
    for (String key : List.of("host", "other-host", "deploy")) {
      Command.run(
          "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home.resolve(key).toString());
    }
    List<String> lines = Files.readAllLines(home.resolve("deploy"));
    for (int i = 1; i < lines.size() - 1; i++) {
      search.secret("line " + i + " of the ssh key", lines.get(i));
    }
    Files.createDirectories(Path.of("/run/sshd"));
    Files.writeString(
        home.resolve("sshd_config"),
        """
        Port 2222
        ListenAddress 127.0.0.1
        HostKey %1$s/host
        AuthorizedKeysFile %1$s/deploy.pub
        PidFile none
        StrictModes no
        UsePAM no
        """
            .formatted(home));
    Running sshd =
        cluster
            .host("lb01")
            .start("/usr/sbin/sshd", "-D", "-e", "-f", home.resolve("sshd_config").toString());
    Await.until("sshd listens", SOON, () -> sshd.output().contains("listening"));
    configure(
        "ssh://" + System.getProperty("user.name") + "@127.0.0.1:2222" + folder + "/lb.git",
        "ssh: {key: %1$s/deploy, known_hosts: %1$s/known_hosts}".formatted(home));
    knowHost("host");
    String commit = cluster.push("over ssh", spec("password: \"" + INLINE + "\"") + "# 2\n");
    Running agent = cluster.startAgent("lb01");
    Await.until("applied", SOON, () -> cluster.proven("lb01", commit));
    knowHost("other-host");
    agent.stop();
    search.text("the agent, over ssh", agent.output());
    Running again = cluster.startAgent("lb01");
    Await.until("it answers", SOON, () -> !cluster.status("lb01", "health").isEmpty());
    look("failed", "known_hosts");
    again.stop();
    search.text("the agent, of a wrong host key", again.output());
  }

  private void knowHost(String key) throws IOException {
    Path home = cluster.home("lb01");
    Files.writeString(
        home.resolve("known_hosts"),
        "[127.0.0.1]:2222 " + Files.readString(home.resolve(key + ".pub")));
  }

  /** What the command line says of specs with passwords, in every format. */
  private void commandsOverTheSpec() throws Exception {
    Path good = Files.createDirectory(folder.resolve("good")).resolve("cluster.yaml");
    Files.writeString(good, spec("password: \"" + INLINE + "\""));
    Path bad = folder.resolve("bad.yaml");
    for (String member : List.of("password", "pasword", "Password", "pass")) {
      Files.writeString(bad, spec(member + ": \"" + LONG_INLINE + "\""));
      for (String format : List.of("text", "json", "github", "sarif", "junit", "gitlab")) {
        command("validate", bad.toString(), "--format", format);
      }
    }
    command("validate", good.toString());
    Path other = folder.resolve("other.yaml");
    Files.writeString(other, spec("password: \"" + FROM_FILE + "\""));
    command("plan", good.toString(), "--against", other.toString());
    command("plan", good.toString(), "--against", other.toString(), "--json");
    command("plan", good.toString(), "--against", other.toString(), "--markdown");
  }

  private void command(String... arguments) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(Path.of("target/vipops/bin/vipops").toAbsolutePath().toString()),
                Stream.of(arguments))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isIn(0, 1);
    assertThat(output).isNotEmpty();
    search.text("vipops " + String.join(" ", arguments), output);
  }

  private void refused(String member, String cause) throws Exception {
    cluster.push("refused", spec(member));
    look("refused", cause);
  }

  /** A pass, and all that tells of it. */
  private void look(String outcome, String cause) throws Exception {
    Map<String, ?> answer = cluster.ask("lb01", "sync");
    search.text("sync", answer.toString());
    assertThat(answer.get("outcome")).as("outcome, " + cause).isEqualTo(outcome);
    assertThat(answer.toString()).contains(cause);
    search.text("status --json", cluster.ask("lb01", "status").toString());
    search.text("status", cluster.vipops("lb01", "status").output());
    search.text("history", cluster.ask("lb01", "history").toString());
    for (String page : List.of("", "status.json", "metrics", "healthz")) {
      search.text("http /" + page, curl("url = http://127.0.0.1:9180/" + page + "\n"));
    }
  }

  /** Its answer and the log must not tell the secret, whether it was the right one or not. */
  private void hook() throws Exception {
    for (String secret : List.of(WEBHOOK, WRONG_TOKEN)) {
      search.text(
          "the webhook",
          curl(
              "url = http://127.0.0.1:9181/\nheader = \"X-Gitlab-Token: "
                  + secret
                  + "\"\ndata = \"{}\"\n"));
    }
  }

  /** Takes its arguments from a pipe: what it sends must not be in a process list because of us. */
  private String curl(String config) throws InterruptedException {
    try {
      return Command.runWithInput(
          "silent\nmax-time = 5\n" + config,
          List.of("ip", "netns", "exec", cluster.host("lb01").namespace(), "curl", "-K", "-"));
    } catch (IOException e) {
      return ""; // nothing is served there
    }
  }

  /** All files but the keys themselves, and Git's objects, which are what was pushed. */
  private void searchFiles() throws IOException {
    for (String part : List.of("state", "run", "log")) {
      try (var files = Files.walk(cluster.home("lb01").resolve(part))) {
        for (Path file : files.filter(it -> Files.isRegularFile(it, NO_LINKS)).toList()) {
          if (!file.toString().contains("/repo/objects/")) {
            search.file(file);
          }
          if (file.endsWith("vrrp.yaml")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .as(file.toString())
                .isEqualTo("rw-------");
          }
        }
      }
    }
  }

  private static final LinkOption[] NO_LINKS = {LinkOption.NOFOLLOW_LINKS};

  private void write(String name, String secret) throws IOException {
    Path file = cluster.home("lb01").resolve(name);
    Files.writeString(file, secret + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private void configure(String url, String access) throws IOException {
    cluster.configure("lb01", url, "1h");
    Path file = cluster.configOf("lb01");
    String common = Files.readString(file);
    Files.writeString(
        file,
        common.replace("poll: 1h}", "poll: 1h" + (access.isEmpty() ? "" : ", " + access) + "}")
            + """
            http: {listen: "127.0.0.1:9180"}
            webhook: {secret_file: %1$s/webhook, listen: "127.0.0.1:9181"}
            report: {kind: github, url: "https://127.0.0.1:1/api", repository: team/lb, token_file: %1$s/report}
            """
                .formatted(cluster.home("lb01")));
  }

  private String spec(String password) {
    return Specs.classic(1)
        .replace("settle: 500ms", "settle: 0s")
        .replace(
            "    preempt_delay",
            "    authentication: {type: pass, %s}\n    preempt_delay".formatted(password))
        .replace(
            "checks:\n",
            """
              second:
                virtual_router_id: 52
                authentication: {type: pass, password_file: %s/vrrp-password}
                priorities: {lb01: 100, lb02: 90}
                virtual_addresses: [10.0.0.60/24]
            checks:
            """
                .formatted(cluster.home("lb01")));
  }
}
