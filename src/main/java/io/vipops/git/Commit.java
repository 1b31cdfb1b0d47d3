package io.vipops.git;

/**
 * One commit.
 *
 * @param sha 40 hex digits
 * @param author as in {@code A <a@example.com>}
 * @param subject first line of its message
 */
public record Commit(String sha, String author, String subject) {
  /** The first seven digits, as Git shows them. */
  public String shortSha() {
    return sha.substring(0, Math.min(7, sha.length()));
  }

  /** The author's name without the address. */
  public String authorName() {
    int address = author.indexOf(" <");
    return address > 0 ? author.substring(0, address) : author;
  }
}
