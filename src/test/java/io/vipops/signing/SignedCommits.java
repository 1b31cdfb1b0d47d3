package io.vipops.signing;

import io.vipops.lab.Command;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commits that the real git and ssh-keygen sign, and what {@code git verify-commit} says. */
public final class SignedCommits {
  private final Path dir;
  private final Path repo;
  private final String tree;

  public SignedCommits(Path dir) throws Exception {
    this.dir = dir;
    this.repo = dir.resolve("repo");
    Command.run("git", "init", "-q", "-b", "main", repo.toString());
    Files.writeString(repo.resolve("cluster.yaml"), "version: 1\n");
    git("add", "cluster.yaml");
    tree = git("write-tree").strip();
  }

  /** A new private key; its public half lies beside it. */
  public static Path key(Path dir, String name, String... type) throws Exception {
    Path key = dir.resolve(name);
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-C", name));
    command.addAll(List.of("-f", key.toString(), "-t"));
    command.addAll(List.of(type));
    Command.run(command);
    return key;
  }

  /** Type and key, without the comment. */
  public static String publicKey(Path key) throws Exception {
    String[] words = Files.readString(Path.of(key + ".pub")).strip().split(" ");
    return words[0] + " " + words[1];
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", repo.toString()));
    command.addAll(List.of("-c", "user.name=Ada", "-c", "user.email=ada@example.com"));
    command.addAll(List.of(arguments));
    return Command.run(command);
  }

  /** A commit that git signs; {@code date} as in {@code GIT_COMMITTER_DATE}, null: now. */
  String signed(Path key, String date) throws Exception {
    List<String> command = new ArrayList<>();
    if (date != null) {
      command.addAll(List.of("env", "GIT_COMMITTER_DATE=" + date));
    }
    command.addAll(List.of("git", "-C", repo.toString(), "-c", "user.name=Ada"));
    command.addAll(List.of("-c", "user.email=ada@example.com", "-c", "gpg.format=ssh"));
    command.addAll(List.of("-c", "user.signingkey=" + key, "commit-tree", "-S", tree, "-m", "x"));
    return Command.run(command).strip();
  }

  String unsigned() throws Exception {
    return git("commit-tree", tree, "-m", "unsigned").strip();
  }

  byte[] raw(String sha) throws Exception {
    Path file = Files.createTempFile(dir, "raw", "");
    Command.run("sh", "-c", "git -C " + repo + " cat-file commit " + sha + " > " + file);
    return Files.readAllBytes(file);
  }

  String text(String sha) throws Exception {
    return new String(raw(sha), StandardCharsets.UTF_8);
  }

  /** Any bytes as a commit. */
  String store(String commit) throws Exception {
    Path file = Files.createTempFile(dir, "store", "");
    Files.writeString(file, commit);
    return git("hash-object", "-t", "commit", "-w", "--literally", file.toString()).strip();
  }

  /** A commit with this signature, {@code header} {@code gpgsig} unless it is tried out. */
  String withSignature(String unsigned, String header, String armored) throws Exception {
    String commit = text(unsigned);
    int end = commit.indexOf("\n\n");
    String value = armored.strip().replace("\n", "\n ");
    return store(commit.substring(0, end + 1) + header + " " + value + commit.substring(end));
  }

  /** What {@code ssh-keygen -Y sign} makes over a commit. */
  String signature(String unsigned, Path key, String namespace) throws Exception {
    Path file = Files.createTempFile(dir, "sign", "");
    Files.write(file, raw(unsigned));
    Command.run("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key + "", file + "");
    return Files.readString(Path.of(file + ".sig"));
  }

  /** Whether {@code git verify-commit} takes it. */
  boolean gitTakes(String sha, Path allowed, Path revoked) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", repo.toString()));
    command.addAll(List.of("-c", "gpg.ssh.allowedSignersFile=" + allowed));
    command.addAll(List.of("-c", "gpg.ssh.revocationFile=" + revoked, "verify-commit", sha));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  /** A hardware key made of software: signs as PROTOCOL.u2f says. */
  static final class SoftwareKey {
    private static final byte[] APPLICATION = "ssh:".getBytes(StandardCharsets.US_ASCII);
    private final java.security.KeyPair pair;
    private final boolean elliptic;

    SoftwareKey(boolean elliptic) throws Exception {
      this.elliptic = elliptic;
      var generator = java.security.KeyPairGenerator.getInstance(elliptic ? "EC" : "Ed25519");
      if (elliptic) {
        generator.initialize(new java.security.spec.ECGenParameterSpec("secp256r1"));
      }
      pair = generator.generateKeyPair();
    }

    private String type() {
      return elliptic ? "sk-ecdsa-sha2-nistp256@openssh.com" : "sk-ssh-ed25519@openssh.com";
    }

    private byte[] blob() {
      byte[] encoded = pair.getPublic().getEncoded();
      ByteArrayOutputStream blob = new ByteArrayOutputStream();
      string(blob, type().getBytes(StandardCharsets.US_ASCII));
      if (elliptic) {
        string(blob, "nistp256".getBytes(StandardCharsets.US_ASCII));
      }
      int length = elliptic ? 65 : 32;
      string(blob, Arrays.copyOfRange(encoded, encoded.length - length, encoded.length));
      string(blob, APPLICATION);
      return blob.toByteArray();
    }

    String publicKey() {
      return type() + " " + java.util.Base64.getEncoder().encodeToString(blob());
    }

    /** Signs {@code payload} for git, with these flags: 1 means touched. */
    String sign(byte[] payload, int flags) throws Exception {
      SshSignature unsigned = new SshSignature(blob(), "git", "sha512", new byte[0]);
      byte[] message = unsigned.message(payload);
      ByteArrayOutputStream signed = new ByteArrayOutputStream();
      signed.writeBytes(SshKey.digest("SHA-256", APPLICATION));
      byte[] tail = {(byte) flags, 0, 0, 0, 7};
      signed.writeBytes(tail);
      signed.writeBytes(SshKey.digest("SHA-256", message));
      String algorithm = elliptic ? "SHA256withECDSAinP1363Format" : "Ed25519";
      java.security.Signature signer = java.security.Signature.getInstance(algorithm);
      signer.initSign(pair.getPrivate());
      signer.update(signed.toByteArray());
      byte[] raw = signer.sign();
      ByteArrayOutputStream inner = new ByteArrayOutputStream();
      string(inner, type().getBytes(StandardCharsets.US_ASCII));
      if (elliptic) {
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        string(numbers, new java.math.BigInteger(1, Arrays.copyOf(raw, 32)).toByteArray());
        string(numbers, new java.math.BigInteger(1, Arrays.copyOfRange(raw, 32, 64)).toByteArray());
        raw = numbers.toByteArray();
      }
      string(inner, raw);
      inner.writeBytes(tail);
      ByteArrayOutputStream blob = new ByteArrayOutputStream();
      blob.writeBytes("SSHSIG".getBytes(StandardCharsets.US_ASCII));
      blob.writeBytes(new byte[] {0, 0, 0, 1});
      string(blob, blob());
      string(blob, "git".getBytes(StandardCharsets.US_ASCII));
      string(blob, new byte[0]);
      string(blob, "sha512".getBytes(StandardCharsets.US_ASCII));
      string(blob, inner.toByteArray());
      return armored(blob.toByteArray());
    }
  }

  /** As ssh-keygen writes it. */
  static String armored(byte[] blob) {
    String base64 = java.util.Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob);
    return "-----BEGIN SSH SIGNATURE-----\n" + base64 + "\n-----END SSH SIGNATURE-----\n";
  }

  private static void string(ByteArrayOutputStream to, byte[] bytes) {
    int n = bytes.length;
    to.writeBytes(new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n});
    to.writeBytes(bytes);
  }
}
