package io.vipops.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigReaderTest {
  static final String SMALLEST = "version: 1\nsource: {url: 'file:///srv/lb.git'}\n";

  static final String FULL =
      """
      version: 1
      node: lb01
      source:
        url: ssh://git@git.example.com/lb.git
        branch: main
        path: cluster.yaml
        poll: 15s
        timeout: 30s
        ssh: {key: /etc/vipops/id_ed25519, known_hosts: /etc/vipops/known_hosts}
        https:
          token_file: /etc/vipops/token
          ca_file: /etc/vipops/ca.pem
          proxy: http://192.0.2.9:3128
          cert_file: /etc/vipops/client.pem
          key_file: /etc/vipops/client.key
        verify: {allowed_signers: /etc/vipops/allowed_signers, revoked_keys: /etc/vipops/revoked}
      state_dir: /var/lib/vipops
      run_dir: /run/vipops
      nginx:
        binary: /usr/sbin/nginx
        config: /etc/nginx/nginx.conf
        pid: /run/nginx.pid
        service: nginx.service
        allow_snippets: false
        endpoint: 127.0.0.1:9182
        log_dir: /var/log/nginx
        user: www-data
      http: {listen: "127.0.0.1:9180"}
      webhook: {secret_file: /etc/vipops/webhook, listen: "0.0.0.0:9181"}
      report: {kind: github, url: "https://git.example.com/api", repository: team/lb, token_file: /t}
      engine: {realtime_priority: 0, mlock: false}
      drift: repair
      log: {format: text}
      """;

  static List<Problem> problems(String text) {
    return read(text).problems();
  }

  private static AgentConfigReader.Reading read(String text) {
    return AgentConfigReader.read(
        "agent.yaml", text.getBytes(StandardCharsets.UTF_8), "lb01.example.com");
  }

  private static List<String> faults(String text) {
    return problems(text).stream()
        .map(p -> p.position().line() + ":" + p.position().column() + " " + p.rule())
        .toList();
  }

  @Test
  void theSmallestFileHasEveryDefault() {
    AgentConfigReader.Reading reading = read(SMALLEST);
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.config())
        .isEqualTo(
            new AgentConfig(
                "lb01",
                new AgentConfig.Source(
                    "file:///srv/lb.git",
                    "main",
                    "cluster.yaml",
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(30),
                    null,
                    null,
                    null),
                Path.of("/var/lib/vipops"),
                Path.of("/run/vipops"),
                new AgentConfig.Nginx(
                    Path.of("/usr/sbin/nginx"),
                    Path.of("/etc/nginx/nginx.conf"),
                    Path.of("/run/nginx.pid"),
                    "nginx.service",
                    new InetSocketAddress("127.0.0.1", 9182),
                    Path.of("/var/log/nginx"),
                    "www-data"),
                new InetSocketAddress("127.0.0.1", 9180),
                null,
                null,
                AgentConfig.EngineRun.DEFAULT,
                AgentConfig.Drift.REPAIR,
                AgentConfig.LogFormat.TEXT));
  }

  @Test
  void everyKeyIsRead() {
    AgentConfig config = read(FULL.replace("drift: repair", "drift: report")).config();
    assertThat(config).isNotNull();
    assertThat(config.source().verify())
        .isEqualTo(
            new AgentConfig.Verify(
                Path.of("/etc/vipops/allowed_signers"), Path.of("/etc/vipops/revoked")));
    assertThat(config.webhook())
        .isEqualTo(
            new AgentConfig.Webhook(
                Path.of("/etc/vipops/webhook"), new InetSocketAddress("0.0.0.0", 9181)));
    assertThat(config.report())
        .isEqualTo(
            new AgentConfig.Report(
                AgentConfig.Report.Kind.GITHUB,
                URI.create("https://git.example.com/api"),
                "team/lb",
                Path.of("/t")));
    assertThat(config.http()).isEqualTo(new InetSocketAddress("127.0.0.1", 9180));
    assertThat(config.drift()).isEqualTo(AgentConfig.Drift.REPORT);
    AgentConfig https = read(FULL.replace("ssh://git@", "https://")).config();
    assertThat(https.source().https())
        .isEqualTo(
            new AgentConfig.Https(
                Path.of("/etc/vipops/token"),
                Path.of("/etc/vipops/ca.pem"),
                URI.create("http://192.0.2.9:3128"),
                Path.of("/etc/vipops/client.pem"),
                Path.of("/etc/vipops/client.key")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"github", "gitlab", "gitea"})
  void aReportGoesToThePublicServiceUnlessTold(String kind) {
    String text = SMALLEST + "report: {kind: " + kind + ", repository: team/lb, token_file: /t}\n";
    assertThat(read(text).config().report().url().getHost()).contains(kind);
  }

  @Test
  void sshHasDefaultFiles() {
    AgentConfig config = read(SMALLEST.replace("file:///", "ssh://git@host/")).config();
    assertThat(config.source().ssh())
        .isEqualTo(
            new AgentConfig.Ssh(
                Path.of("/etc/vipops/id_ed25519"), Path.of("/etc/vipops/known_hosts")));
    assertThat(config.source().https()).isNull();
  }

  @Test
  void httpsSendsNoTokenUnlessTold() {
    AgentConfig config = read(SMALLEST.replace("file:///", "https://host/")).config();
    assertThat(config.source().https()).isEqualTo(AgentConfig.Https.DEFAULT);
  }

  @Test
  void aUserIsForSshAndAnAtSignForPaths() {
    assertThat(problems(SMALLEST.replace("file:///", "ssh://git@host/"))).isEmpty();
    assertThat(problems(SMALLEST.replace("file:///", "https://host/a@b/"))).isEmpty();
  }

  @Test
  void theEngineRunsAsItIsTold() {
    AgentConfig config = read(SMALLEST + "engine: {realtime_priority: 50, mlock: true}").config();
    assertThat(config.engine()).isEqualTo(new AgentConfig.EngineRun(50, true));
  }

  @Test
  void anEmptyServiceMeansTheBinary() {
    assertThat(read(SMALLEST + "nginx: {service: ''}").config().nginx().service()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http: {listen: '127.0.0.1:9999'}",
        "http: {listen: '[::1]:9999'}",
        "drift: repair",
        "engine: {realtime_priority: 0}",
        "nginx: {allow_snippets: false, endpoint: '127.1.2.3:80'}",
        "log: {format: json}",
        "report: {kind: gitea, url: 'http://127.0.0.1:3000/', repository: t/l, token_file: /t}",
        "report: {kind: gitea, url: 'http://[::1]:3000/', repository: t/l, token_file: /t}",
        "report: {kind: gitea, url: 'http://localhost/', repository: t/l, token_file: /t}",
        "node: 12",
        "state_dir: /tmp/a b"
      })
  void whatIsHarmlessIsAccepted(String line) {
    assertThat(problems(SMALLEST + line)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nodes: lb01|3:1 unknown-key",
        "node: 'a b'|3:7 bad-value",
        "node: true|3:7 wrong-type",
        "state_dir: var/lib|3:12 bad-value",
        "nginx: {endpoint: '0.0.0.0:9182'}|3:19 bad-address",
        "nginx: {endpoint: 'localhost:9182'}|3:19 bad-address",
        "nginx: {endpoint: '127.0.0.1'}|3:19 bad-address",
        "nginx: {allow_snippets: true}|3:25 not-supported",
        "nginx: {allow_snippet: true}|3:9 unknown-key",
        "nginx: [a]|3:8 wrong-type",
        "http: {listen: '0.0.0.0:9180'}|3:16 bad-address",
        "engine: {realtime_priority: 100}|3:29 out-of-range",
        "engine: {mlock: yes}|3:17 wrong-type",
        "drift: ignore|3:8 bad-value",
        "log: {format: jsn}|3:15 bad-value",
        "webhook: {secret_file: a}|3:24 bad-value",
        "webhook: {secret_file: /a, listen: '9181'}|3:36 bad-address",
        "report: {kind: github, repository: lb, token_file: /t}|3:36 bad-value",
        "report: {kind: github, url: '//h/api', repository: t/lb, token_file: /t}|3:29 bad-url",
        "report: {kind: gitea, url: 'http://git/api', repository: t/lb, token_file: /t}|3:28 bad-url",
        "report: {kind: gitea, url: 'http://192.0.2.7/', repository: t/l, token_file: /t}|3:28 bad-url",
        "report: {kind: gitea, url: 'http://127.0.0.1.x/', repository: t/l, token_file: /t}|3:28 bad-url",
        "report: {kind: gitea, url: 'http://u:p@h/', repository: t/l, token_file: /t}|3:28 inline-secret",
        "report: {kind: svn, repository: t/lb, token_file: /t}|3:16 bad-value",
        "version: 1|3:1 yaml-duplicate-key"
      })
  void eachFaultIsOneErrorAtItsPlace(String line, String expected) {
    assertThat(faults(SMALLEST + line)).containsExactly(expected);
    assertThat(read(SMALLEST + line).config()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url: ''|1:28 bad-value",
        "branch: main|1:22 missing-key",
        "url: /srv/lb.git|1:28 bad-url",
        "url: 'git@host:lb.git'|1:28 bad-url",
        "url: 'http://host/lb.git'|1:28 bad-url",
        "url: 'file://srv/lb.git'|1:28 bad-url",
        "url: 'https://u:secret@host/lb.git'|1:28 inline-secret",
        "url: 'https://token@host/lb.git'|1:28 inline-secret",
        "url: 'https://token@host'|1:28 inline-secret",
        "url: 'file:///a', poll: 15|1:47 bad-duration",
        "url: 'file:///a', poll: 10ms|1:47 out-of-range",
        "url: 'file:///a', timeout: 2h|1:50 out-of-range",
        "url: 'file:///a', path: /a|1:47 bad-value",
        "url: 'file:///a', path: a/../../b|1:47 bad-value",
        "url: 'file:///a', branch: ''|1:49 bad-value",
        "url: 'file:///a', ssh: {key: id}|1:52 bad-value",
        "url: 'file:///a', verify: {}|1:49 missing-key",
        "url: 'file:///a', https: {proxy: 'https://p:1'}|1:56 bad-url",
        "url: 'file:///a', https: {proxy: 'http://u:p@h:1'}|1:56 inline-secret",
        "url: 'file:///a', https: {cert_file: /c}|1:48 missing-key"
      })
  void theSourceIsChecked(String source, String expected) {
    assertThat(faults("{version: 1, source: {" + source + "}}")).containsExactly(expected);
  }

  @Test
  void aTokenDoesNotTravelInTheClear() {
    String report =
        "report: {kind: gitea, url: 'http://git:3000/', repository: t/l, token_file: /t}";
    assertThat(problems(SMALLEST + report).get(0).message())
        .isEqualTo(
            "url must begin with https: the token would travel in the clear; http is for a loopback"
                + " address such as http://127.0.0.1:3000, not for git");
  }

  @Test
  void aMistakeComesWithAHint() {
    assertThat(message("url: 'git@host:team/lb.git'"))
        .endsWith("did you mean ssh://git@host/team/lb.git?");
    assertThat(message("url: /srv/lb.git")).endsWith("did you mean file:///srv/lb.git?");
    assertThat(message("url: 'file:///a', poll: 15"))
        .isEqualTo("poll needs a unit: did you mean 15s?");
    assertThat(message("url: 'https://u:secret@host/a'")).doesNotContain("secret");
  }

  private static String message(String source) {
    return problems("{version: 1, source: {" + source + "}}").get(0).message();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|0:0 yaml-empty",
        "'a: ['|1:5 yaml-syntax",
        "'- a'|1:1 wrong-type",
        "'source: {url: \"file:///a\"}'|1:1 missing-key",
        "'version: 2\nsource: {url: \"file:///a\"}'|1:10 out-of-range",
        "'version: 1'|1:1 missing-key",
        "'version: 1\nsource: x'|2:9 wrong-type"
      })
  void whatIsNoAgentYamlIsRefused(String text, String expected) {
    assertThat(faults(text)).containsExactly(expected);
  }
}
