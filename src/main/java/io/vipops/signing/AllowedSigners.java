package io.vipops.signing;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may sign: a file in the format of ssh-keygen(1), ALLOWED SIGNERS. A line that cannot be read
 * makes the whole file useless, for nobody knows whom it was to let in or keep out.
 */
public final class AllowedSigners {
  private final String file;
  private final List<AllowedSigner> signers;

  private AllowedSigners(String file, List<AllowedSigner> signers) {
    this.file = file;
    this.signers = signers;
  }

  /**
   * @param file for messages
   * @param zone of timestamps without a Z
   * @throws SignersException if a line is wrong, or there is none
   */
  public static AllowedSigners parse(String text, String file, ZoneId zone)
      throws SignersException {
    List<AllowedSigner> signers = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String content = line.strip();
      if (content.isEmpty() || content.startsWith("#")) {
        continue;
      }
      String at = file + ":" + number;
      try {
        signers.add(new SignerLine(content, zone).read(at));
      } catch (MalformedException e) {
        throw new SignersException(at + ": " + e.why());
      }
    }
    if (signers.isEmpty()) {
      throw new SignersException(file + ": holds no signer: nobody's commits can be accepted");
    }
    return new AllowedSigners(file, signers);
  }

  String file() {
    return file;
  }

  /** The lines that have this key. */
  List<AllowedSigner> withKey(byte[] blob) {
    return signers.stream().filter(signer -> signer.key().hasBlob(blob)).toList();
  }
}
