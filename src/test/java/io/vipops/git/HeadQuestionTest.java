package io.vipops.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipops.lab.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadQuestionTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String BRANCH = "refs/heads/main";

  @TempDir private Path dir;
  private String head;
  private HeldServer server;
  private Repository mirror;
  private Remote first;
  private HeadQuestion question;

  @BeforeEach
  void start() throws Exception {
    Origin origin = Origin.create(dir);
    head = origin.push("cluster.yaml", "version: 1\n");
    server = new HeldServer(origin.bare());
    mirror = new Intake(dir.resolve("mirror").toFile());
    mirror.create(true);
    first = remote();
    question = new HeadQuestion(Duration.ofMillis(100), this::remote);
  }

  private Remote remote() throws GitFailure {
    return new Remote(
        MirrorTest.source("git://127.0.0.1:" + server.port() + "/"), dir.resolve("home"));
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
    server.close();
  }

  @Test
  void besideAQuestionThatHangsAnotherIsAskedAndAnswers() throws Exception {
    server.meet(HeldServer.Mode.HOLD, HeldServer.Mode.SERVE);
    HeadQuestion.Answer answer = question.ask(first, mirror, BRANCH);
    assertThat(answer.sha()).isEqualTo(head);
    assertThat(answer.remote()).isNotSameAs(first);
    assertThat(server.connections()).isGreaterThanOrEqualTo(2);
    assertThat(question.lastsOver(Duration.ZERO)).isTrue();
    assertThat(question.lastsOver(Duration.ofMinutes(1))).isFalse();
    server.held().close();
    Await.until("the first one ends", SOON, () -> !question.lastsOver(Duration.ZERO));
  }

  @Test
  void oneThatIsSlowIsWaitedForAlthoughTheOthersAreRefused() throws Exception {
    server.meet(HeldServer.Mode.HOLD, HeldServer.Mode.CLOSE);
    Thread slow =
        new Thread(
            () -> {
              try {
                Await.until("three are refused", SOON, () -> server.connections() >= 4);
                server.serve(server.held());
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    slow.start();
    HeadQuestion.Answer answer = question.ask(first, mirror, BRANCH);
    assertThat(answer).isEqualTo(new HeadQuestion.Answer(first, head));
    slow.join();
  }

  @Test
  void oneThatIsAnsweredInTimeIsTheOnlyOne() throws Exception {
    HeadQuestion patient = new HeadQuestion(SOON, this::remote);
    assertThat(patient.ask(first, mirror, BRANCH)).isEqualTo(new HeadQuestion.Answer(first, head));
    assertThat(patient.ask(first, mirror, "refs/heads/none").sha()).isNull();
    assertThat(server.connections()).isEqualTo(2);
    assertThat(patient.lastsOver(Duration.ZERO)).isFalse();
  }

  @Test
  void whereAllAreRefusedTheFailureSaysWhy() throws Exception {
    server.meet(HeldServer.Mode.CLOSE);
    assertThatThrownBy(() -> question.ask(first, mirror, BRANCH))
        .isInstanceOf(GitFailure.class)
        .hasMessageStartingWith("ls-remote git://127.0.0.1:");
    assertThat(server.connections()).isPositive();
  }

  @Test
  void whereTheFirstFailsInTheEndTheOthersAreNotWaitedFor() throws Exception {
    server.meet(HeldServer.Mode.HOLD);
    Thread end =
        new Thread(
            () -> {
              try {
                Await.until("three hang", SOON, () -> server.connections() >= 3);
                server.held().close();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    end.start();
    assertThatThrownBy(() -> question.ask(first, mirror, BRANCH))
        .isInstanceOf(GitFailure.class)
        .hasMessageStartingWith("ls-remote git://127.0.0.1:");
    assertThat(question.lastsOver(Duration.ZERO)).isTrue();
    end.join();
  }
}
