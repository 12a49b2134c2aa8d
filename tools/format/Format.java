// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or fixes the format of every Java file below a directory: {@code Format (check|fix) DIR}.
 *
 * <p>Exit 0 when all is well, 1 when {@code check} found files to fix (each is named), 2 on wrong
 * usage.
 */
final class Format {
  private static final String HEADER =
      "// SPDX-License-Identifier: Apache-2.0\n// Copyright The Portcullis Authors\n\n";

  public static void main(String[] args) throws Exception {
    if (args.length != 2 || !List.of("check", "fix").contains(args[0])) {
      System.err.println("usage: Format (check|fix) DIR");
      System.exit(2);
    }
    boolean fix = args[0].equals("fix");
    int wrong = 0;
    for (Path file : javaFiles(Path.of(args[1]))) {
      String before = Files.readString(file);
      String after = format(before);
      if (before.equals(after)) {
        continue;
      }
      if (fix) {
        Files.writeString(file, after);
        System.out.println("formatted " + file);
      } else {
        System.err.println("not formatted: " + file);
        wrong++;
      }
    }
    if (wrong > 0) {
      System.err.println(wrong + " file(s) to format. Mend it with: mvn -N validate -Dformat.fix");
      System.exit(1);
    }
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
          .sorted()
          .toList();
    }
  }

  private static String format(String source) throws Exception {
    String headed = source.startsWith("// SPDX") ? source : HEADER + source;
    return new Formatter()
        .formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(headed));
  }
}
