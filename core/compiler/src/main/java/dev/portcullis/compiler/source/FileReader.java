// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Position;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads the bytes of one file. Pure. */
public final class FileReader {

  private FileReader() {}

  /**
   * Reads a file's bytes.
   *
   * @param file its name, for positions
   */
  public static FileContent read(String file, byte[] bytes) {
    String hash = hash(bytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      FileBuilder builder = new FileBuilder(file);
      for (YamlValue document :
          YamlReader.read(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
        new DocumentReader(builder, document).read();
      }
      return builder.build(hash);
    } catch (CharacterCodingException e) {
      return FileContent.unreadable(
          file,
          hash,
          problem(
              DiagnosticCode.FILE_UNREADABLE,
              new Position.WholeFile(file),
              "the file is not UTF-8",
              "save it as UTF-8"));
    } catch (YamlException e) {
      Position position =
          e.line() == 0
              ? new Position.WholeFile(file)
              : new Position.InFile(file, e.line(), e.column());
      return FileContent.unreadable(
          file, hash, problem(e.code(), position, e.getMessage(), e.fix()));
    }
  }

  static Diagnostic problem(DiagnosticCode code, Position position, String message, String fix) {
    return new Diagnostic(code, code.severity(), position, null, message, fix);
  }

  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
