package io.vipops.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vipops.spec.AgentConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class NginxTest {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  @TempDir private Path dir;

  private ApplyFailure tested(Path binary, String conf) throws IOException {
    Files.createDirectories(dir.resolve("nginx"));
    Files.writeString(
        dir.resolve("nginx/nginx.conf"),
        "pid %s;\nerror_log %s;\n".formatted(dir.resolve("pid"), dir.resolve("error.log")) + conf);
    Nginx nginx =
        new Nginx(
            new AgentConfig.Nginx(
                binary,
                dir.resolve("nginx.conf"),
                dir.resolve("pid"),
                "",
                new InetSocketAddress("127.0.0.1", 1),
                dir,
                "www-data"),
            dir.resolve("current"),
            dir.resolve("error.log"),
            Duration.ofSeconds(1));
    return catchThrowableOfType(ApplyFailure.class, () -> nginx.test(dir));
  }

  @Test
  void whatNginxItselfRefusesIsTheCommitsFault() throws Exception {
    ApplyFailure failure = tested(NGINX, "nonsense on;\n");
    assertThat(failure.line()).contains("unknown directive \"nonsense\"");
    assertThat(failure.fault()).as(failure.line()).isEqualTo(Fault.COMMIT);
  }

  @Test
  void aUserOrGroupThatTheHostLacksIsTheHostsFault() throws Exception {
    ApplyFailure noUser = tested(NGINX, "user no-such-user;\nevents {}\n");
    assertThat(noUser.line()).contains("getpwnam(\"no-such-user\") failed");
    assertThat(noUser.fault()).isEqualTo(Fault.HOST);
    ApplyFailure noGroup = tested(NGINX, "user root no-such-group;\nevents {}\n");
    assertThat(noGroup.line()).contains("getgrnam(\"no-such-group\") failed");
    assertThat(noGroup.fault()).isEqualTo(Fault.HOST);
  }

  @Test
  void aTestThatIsKilledIsTheHostsFault() throws Exception {
    Path killed = dir.resolve("killed");
    Files.writeString(killed, "#!/bin/sh\necho 'nginx: [emerg] so far' >&2\nkill -9 $$\n");
    Files.setPosixFilePermissions(killed, PosixFilePermissions.fromString("rwxr-xr-x"));
    ApplyFailure failure = tested(killed, "events {}\n");
    assertThat(failure.line()).startsWith("nginx -t: ended with exit code 137: ");
    assertThat(failure.fault()).isEqualTo(Fault.HOST);
  }
}
