package io.vipops.signing;

/** Bytes that are not what they should be; the message is the end of a sentence. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedException(String why) {
    super(why);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
