package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.vrrp.Instance;
import io.vipops.vrrp.State;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BulletinTest {
  @Test
  void aListenerThatIsStuckInAnEventStillHearsOfTheFailure() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    Bulletin bulletin =
        new Bulletin(
            new EngineListener() {
              @Override
              public void onTransition(
                  Instance instance, State from, State to, String reason, int priority) {}

              @Override
              public void onEvent(String instance, String line) {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }

              @Override
              public void onFailure(Throwable cause) {
                failed.countDown();
              }
            });
    for (int i = 0; i < 5000; i++) {
      bulletin.event("web", "more than the queue holds");
    }
    bulletin.failure(new IllegalStateException("on purpose"));
    assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    release.countDown();
    bulletin.close();
  }
}
