package io.vipops.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipops.spec.ChecksumForm;
import io.vipops.vrrp.Checksum;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChecksumChoiceTest {
  private static ChecksumChoice choice(int version, String wanted, @Nullable Checksum learned)
      throws Exception {
    Map<String, String> settings =
        Map.of("address", "10.0.0.51", "version", "" + version, "checksum", wanted);
    return new ChecksumChoice(Node.instance(settings), learned);
  }

  @Test
  void autoBeginsAsMostDoAndFollowsWhatIsHeard() throws Exception {
    ChecksumChoice choice = choice(3, "auto", null);
    assertThat(choice.form()).isEqualTo(Checksum.PSEUDO_HEADER);
    assertThat(choice.heard(Checksum.PSEUDO_HEADER)).isNull();
    assertThat(choice.learned()).as("nothing new").isNull();
    assertThat(choice.heard(Checksum.MESSAGE))
        .isEqualTo(" uses the message form of the checksum: so do we now");
    assertThat(choice.form()).isEqualTo(Checksum.MESSAGE);
    assertThat(choice.learned()).isEqualTo(Checksum.MESSAGE);
    assertThat(choice.heard(Checksum.MESSAGE)).isNull();
  }

  @Test
  void autoGoesOnWithWhatAnEarlierRunLearned() throws Exception {
    assertThat(choice(3, "auto", Checksum.MESSAGE).form()).isEqualTo(Checksum.MESSAGE);
  }

  @Test
  void aNamedFormStaysAndSaysOnceThatThePeersIsAnother() throws Exception {
    ChecksumChoice choice = choice(3, "message", Checksum.PSEUDO_HEADER);
    assertThat(choice.form()).isEqualTo(Checksum.MESSAGE);
    assertThat(choice.learned()).isNull();
    assertThat(choice.heard(Checksum.PSEUDO_HEADER))
        .startsWith(" uses the pseudo-header form of the checksum, and we the other");
    assertThat(choice.heard(Checksum.PSEUDO_HEADER)).isNull();
    assertThat(choice.form()).isEqualTo(Checksum.MESSAGE);
    assertThat(choice.heard(Checksum.MESSAGE)).isNull();
    assertThat(choice.heard(Checksum.PSEUDO_HEADER)).as("again, after it had stopped").isNotNull();
  }

  @Test
  void anotherFormInTheSpecCountsAtOnce() throws Exception {
    ChecksumChoice choice = choice(3, "auto", null);
    choice.configure(ChecksumForm.MESSAGE);
    assertThat(choice.form()).isEqualTo(Checksum.MESSAGE);
    choice.configure(ChecksumForm.AUTO);
    assertThat(choice.form()).as("what the peers now know").isEqualTo(Checksum.MESSAGE);
  }

  @Test
  void version2HasNoChoice() throws Exception {
    ChecksumChoice choice = choice(2, "auto", null);
    assertThat(choice.heard(Checksum.MESSAGE)).isNull();
    assertThat(choice.learned()).isNull();
    assertThat(choice.text()).isNull();
  }
}
