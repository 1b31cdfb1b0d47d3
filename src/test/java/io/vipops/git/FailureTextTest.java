package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.util.List;
import org.eclipse.jgit.errors.PackProtocolException;
import org.junit.jupiter.api.Test;

class FailureTextTest {
  @Test
  void aTokenInTheUserPartOfAUrlIsNotShown() {
    assertThat(FailureText.why(new IOException("https://t0ken@git.example/a.git: 500 Oops")))
        .isEqualTo("https://git.example/a.git: 500 Oops");
    assertThat(FailureText.why(new IOException("cannot open https://u:p%40@ss@git.example/a@b")))
        .isEqualTo("cannot open https://git.example/a@b");
  }

  @Test
  void aReadThatTimedOutSaysThatTheServerDoesNotAnswer() {
    IOException read = new InterruptedIOException("Interrupted at cycle #0 while waiting for data");
    assertThat(FailureText.remote(new IOException("ssh://git.example/a.git", read), "git.example"))
        .isEqualTo("git.example does not answer: check the network and firewalls");
  }

  @Test
  void anAnswerThatIsNotGitsSaysToCheckTheUrl() {
    IOException garbage =
        new IOException(new ArrayIndexOutOfBoundsException("Index -84 out of bounds"));
    assertThat(FailureText.remote(garbage, "git.example"))
        .isEqualTo(
            "git.example does not speak Git's protocol (a packet's length is no number): check"
                + " source.url and its port");
    assertThat(FailureText.remote(new PackProtocolException("Invalid packet line"), "git.example"))
        .contains("does not speak Git's protocol (Invalid packet line): check source.url");
    IOException noSsh = new IOException("No server identification received within 65536 bytes");
    assertThat(FailureText.remote(noSsh, "git.example"))
        .contains("does not speak ssh (No server identification")
        .endsWith(": check source.url and its port");
  }

  @Test
  void redirectsInACircleSayToNameTheRealAddress() {
    IOException circle = new IOException("https://git.example: Redirected more than 5 times; ...");
    assertThat(FailureText.remote(circle, "git.example"))
        .isEqualTo("redirected again and again: set source.url to the server's real address");
  }

  @Test
  void aConnectionThatWasCutSaysWhereToLook() {
    for (IOException cut :
        List.of(
            new SocketException("Connection reset"), new EOFException("Short read of block."))) {
      assertThat(FailureText.remote(new IOException("cannot open", cut), "git.example"))
          .isEqualTo(
              "git.example cut the connection (%s): check the server and what stands before it",
              cut.getMessage());
    }
  }
}
