package io.vipops.signing;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the data types of RFC 4251, section 5, never past the end. */
final class Wire {
  private final byte[] bytes;
  private int at;

  Wire(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @throws MalformedException if there are fewer than {@code length} bytes left
   */
  byte[] take(int length) throws MalformedException {
    if (length < 0 || length > bytes.length - at) {
      throw new MalformedException("it ends early");
    }
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  int uint32() throws MalformedException {
    byte[] four = take(4);
    return (four[0] & 0xff) << 24
        | (four[1] & 0xff) << 16
        | (four[2] & 0xff) << 8
        | (four[3] & 0xff);
  }

  byte[] string() throws MalformedException {
    return take(uint32());
  }

  /** A name: what is not printable is shown as {@code ?}, for a stranger chose it. */
  String text() throws MalformedException {
    String text = new String(string(), StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }

  /** An mpint that is not negative. */
  BigInteger mpint() throws MalformedException {
    byte[] digits = string();
    if (digits.length > 0 && digits[0] < 0) {
      throw new MalformedException("a number in it is negative");
    }
    return digits.length == 0 ? BigInteger.ZERO : new BigInteger(digits);
  }

  void end() throws MalformedException {
    if (at != bytes.length) {
      throw new MalformedException("bytes follow its end");
    }
  }
}
