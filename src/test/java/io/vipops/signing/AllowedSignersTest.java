package io.vipops.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowedSignersTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1TPeAiB5TdbAg3d2T6eFfiNtnHKPjD1HxkUvKVEDyM";
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  private static AllowedSigners parse(String text) throws SignersException {
    return AllowedSigners.parse(text, "signers", ZONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "KEY                                  | the line begins with a key: put who signs with it",
        "ada@a                                | a key is missing: a line is PRINCIPAL [OPTIONS]",
        "ada@a ssh-ed25519                    | the key itself is missing",
        "ada@a ssh-ed25519 AAAA!              | the key is damaged: it is no base64",
        "ada@a ssh-ed25519 AAAA               | the key is damaged: it ends early",
        "ada@a ssh-rsa AAAAC3NzaC1lZDI1NTE5   | the key is damaged: it is of another type",
        "ada@a ssh-dss AAAA                   | keys of type ssh-dss are not supported",
        "ada@a ssh-ed25519-cert-v01@openssh.com AAAA | are not supported: use ed25519",
        "ada@a cert-authority KEY             | cert-authority is not supported: list the signers'",
        "ada@a CERT-AUTHORITY,namespaces=\"git\" KEY | cert-authority is not supported",
        "ada@a namespace=\"git\" KEY           | \"namespace=\"git\"\" is neither an option",
        "ada@a namespaces=git KEY             | namespaces=git needs a value in double quotes",
        "ada@a namespaces=\"git KEY            | a quote is not closed",
        "ada@a valid-before=\"2026\" KEY       | \"2026\" is no time: write YYYYMMDD[HHMM[SS]]",
        "ada@a valid-before=\"20260231\" KEY   | \"20260231\" is no time",
        "ada@a valid-before=\"20260101\",valid-before=\"20270101\" KEY | valid-before is given tw",
        "ada@a valid-after=\"20270101\",valid-before=\"20260101\" KEY  | nobody could sign",
        "ada@a valid-before=\"20260101\", KEY  | \"\" is neither an option",
      })
  void aBrokenLineIsNamed(String line, String complaint) {
    String text = "# team\nada@example.com " + KEY + "\n" + line.strip().replace("KEY", KEY);
    assertThatThrownBy(() -> parse(text))
        .hasMessageStartingWith("signers:3: ")
        .hasMessageContaining(complaint.strip());
  }

  @Test
  void anEmptyListIsBroken() {
    assertThatThrownBy(() -> parse("# nobody\n\n")).hasMessageContaining("holds no signer");
  }

  @Test
  void timesWithoutAZAreTheHostsOwn() throws Exception {
    AllowedSigner here = only("ada@a valid-after=\"202607011200\" " + KEY);
    AllowedSigner utc = only("ada@a valid-after=\"20260701120005Z\" " + KEY);
    assertThat(here.after()).hasToString("2026-07-01T10:00:00Z");
    assertThat(utc.after()).hasToString("2026-07-01T12:00:05Z");
  }

  private static AllowedSigner only(String line) throws Exception {
    byte[] blob = java.util.Base64.getDecoder().decode(KEY.split(" ")[1]);
    return parse(line).withKey(blob).get(0);
  }

  @Test
  void aRevocationListIsPlainKeysOnly() {
    assertThatThrownBy(() -> RevokedKeys.parse("SSHKRL\n\0\0".getBytes(), "revoked"))
        .hasMessage(
            "revoked: a KRL is not supported: list the public keys themselves, one on a line");
    assertThatThrownBy(() -> RevokedKeys.parse("\nada@a".getBytes(), "revoked"))
        .hasMessageStartingWith("revoked:2: a line is TYPE KEY");
  }
}
