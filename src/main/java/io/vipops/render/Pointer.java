package io.vipops.render;

/**
 * A part of the spec as a JSON pointer (RFC 6901).
 *
 * @param text empty: no part of it, the line is vipops' own
 */
record Pointer(String text) {
  static final Pointer NONE = new Pointer("");

  static Pointer of(String member) {
    return NONE.to(member);
  }

  Pointer to(String member) {
    return new Pointer(text + "/" + member.replace("~", "~0").replace("/", "~1"));
  }

  Pointer to(int index) {
    return new Pointer(text + "/" + index);
  }
}
