package io.vipops.git;

import io.vipops.lab.Command;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates for tests, made by the runtime's own keytool. */
public final class Certificates {
  static final char[] PASSWORD = "changeit".toCharArray();

  private Certificates() {}

  /** A key and its certificate for the address or name {@code who}, under the alias {@code s}. */
  public static KeyStore selfSigned(String who) throws Exception {
    Path folder = Files.createTempDirectory("vipops-tls-");
    Path store = folder.resolve("tls.p12");
    String san = who.matches("[0-9.]+") ? "ip:" + who : "dns:" + who;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", "s", "-keyalg", "EC", "-dname", "CN=" + who));
    command.addAll(List.of("-ext", "san=" + san, "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    Command.run(command);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Files.delete(store);
    Files.delete(folder);
    return keys;
  }

  public static byte[] pem(KeyStore keys) throws Exception {
    return block("CERTIFICATE", keys.getCertificate("s").getEncoded())
        .getBytes(StandardCharsets.US_ASCII);
  }

  static String block(String kind, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  /** Writes the certificate and its key, which only the owner may read. */
  public static void write(KeyStore keys, Path certFile, Path keyFile) throws Exception {
    Files.write(certFile, pem(keys));
    Key key = keys.getKey("s", PASSWORD);
    Files.writeString(keyFile, block("PRIVATE KEY", key.getEncoded()));
    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
  }
}
