# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from support import TOOLS, ScratchTest, interruptible

MODULES = ("cli", "operator", "ext-authz-server")
JAVA = '#!/bin/sh\necho "java $*"\n'
MAVEN = """#!/bin/sh
if [ "$1" = --version ]; then echo "Apache Maven {version} (0)"; exit; fi
echo "maven says $*"
for module in cli operator ext-authz-server; do
    mkdir -p $module/target && touch $module/target/portcullis-$module.jar
done
"""


class LauncherTest(ScratchTest):
    """The launcher in a tree of its own, with a Java and a Maven that tell how they were called."""

    def setUp(self):
        super().setUp()
        self.home = self.scratch / "a home"
        self.bin = self.scratch / "bin"
        self.bin.mkdir()
        for module in ("crds", "core", *MODULES):
            (self.home / module / "src/main").mkdir(parents=True)
        self.source = self.file("core/src/main/Source.java", age=60)
        self.file("pom.xml", age=60)
        # This machine's own Javas are out of sight, so that the tests say the same everywhere.
        launcher = (TOOLS.parent / "portcullis").read_text(encoding="utf-8")
        self.assertIn("/usr/lib/jvm/*", launcher)
        self.script(self.home / "portcullis", launcher.replace("/usr/lib/jvm/*", f"{self.scratch}/jvm/*"))
        self.java = self.jdk("25.0.1")

    def file(self, name: str, age: float = 0) -> Path:
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
        return file

    def script(self, file: Path, content: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(0o755)

    def jdk(self, version: str, java: str = JAVA) -> Path:
        home = self.scratch / f"jdk-{version}"
        self.script(home / "bin/java", java)
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
        return home

    def maven(self, version: str = "3.8.7", content: str = MAVEN) -> None:
        self.script(self.bin / "mvn", content.replace("{version}", version))

    def jars(self, age: float) -> None:
        for module in MODULES:
            self.file(f"{module}/target/portcullis-{module}.jar", age)

    def environment(self, **more: str) -> dict[str, str]:
        # /usr/bin may hold a Maven or a Java: only the tools that the launcher needs are on PATH.
        for tool in ("dirname", "basename", "readlink", "sed", "find", "head", "mkdir", "tr", "touch", "sleep"):
            link = self.bin / tool
            if not link.exists():
                link.symlink_to(next(d for d in (Path("/usr/bin", tool), Path("/bin", tool)) if d.exists()))
        return {"PATH": str(self.bin), "HOME": str(self.scratch), "JAVA_HOME": str(self.java), **more}

    def launch(self, *arguments: str, program: Path | None = None, **environment: str):
        return subprocess.run(
            [program or self.home / "portcullis", *arguments],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def test_built_command_is_started_as_it_is(self):
        self.jars(age=30)
        ran = self.launch("validate", "two words")
        self.assertEqual((0, ""), (ran.returncode, ran.stderr))
        self.assertIn(f" -Dportcullis.home={self.home} ", ran.stdout)
        self.assertIn(f" -cp {self.home}/cli/target/portcullis-cli.jar:", ran.stdout)
        self.assertTrue(ran.stdout.endswith("dev.portcullis.cli.Main validate two words\n"))

    def test_home_is_found_through_symbolic_links(self):
        self.jars(age=30)
        (self.scratch / "first").symlink_to(self.home / "portcullis")
        (self.bin / "second").symlink_to("../first")
        self.assertIn(f"-Dportcullis.home={self.home} ", self.launch(program=self.bin / "second").stdout)

    def test_missing_jars_are_built_and_maven_does_not_write_to_standard_output(self):
        self.maven()
        ran = self.launch("--version")
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.assertNotIn("maven says", ran.stdout)
        self.assertIn("Building Portcullis (first time", ran.stderr)
        self.assertIn("maven says -q -B -DskipTests -pl cli,operator,ext-authz-server -am package", ran.stderr)

    def test_changed_source_is_built_once_even_if_maven_leaves_the_jars_alone(self):
        self.maven(content=MAVEN.replace("touch", "true"))
        self.jars(age=30)
        self.file("core/src/main/Source.java")
        self.assertIn("its sources have changed", self.launch().stderr)
        self.assertEqual("", self.launch().stderr)

    def test_changed_test_and_build_output_are_no_reason_to_build(self):
        self.jars(age=30)
        self.file("core/src/test/SourceTest.java")
        self.file("core/target/classes/Source.class")
        self.assertEqual("", self.launch().stderr)

    def assert_mended_by(self, expected: str, ran) -> None:
        self.assertEqual((3, ""), (ran.returncode, ran.stdout))
        self.assertRegex(ran.stderr.splitlines()[-1], "^portcullis: error: " + expected)

    def test_old_java_is_passed_over(self):
        self.jars(age=30)
        for old in ("1.8.0_402", "17.0.15", "24"):
            with self.subTest(old):
                ran = self.launch(JAVA_HOME=str(self.jdk(old)))
                self.assert_mended_by("no Java 25 or newer in JAVA_HOME.*adoptium", ran)

    def test_java_among_the_installed_ones_is_found(self):
        self.jars(age=30)
        (self.scratch / "jvm").mkdir()
        (self.scratch / "jvm/temurin-25").symlink_to(self.jdk("25"))
        self.assertTrue(self.launch(JAVA_HOME=str(self.jdk("17"))).stdout.startswith("java -XX"))

    def test_java_on_path_is_found_behind_its_links(self):
        self.jars(age=30)
        (self.scratch / "alternatives").symlink_to(self.java / "bin/java")
        (self.bin / "java").symlink_to(self.scratch / "alternatives")
        self.assertTrue(self.launch(JAVA_HOME="").stdout.startswith("java -XX"))

    def test_missing_maven_is_told_how_to_get_it(self):
        self.assert_mended_by("Maven is not on PATH .*apt-get install maven", self.launch())

    def test_old_maven_is_refused(self):
        for old in ("3.6.3", "2.9.1"):
            with self.subTest(old):
                self.maven(old)
                self.assert_mended_by(r"Maven \d\.\d is too old: install 3.8 or newer", self.launch())

    def test_new_maven_is_accepted(self):
        self.maven("4.0.0")
        self.assertEqual(0, self.launch().returncode)

    def test_failed_build_is_not_started(self):
        self.maven(content=MAVEN.replace('echo "maven says', "exit 1 #"))
        self.assert_mended_by("the build failed; see above, or run: cd .*/a home && mvn -DskipTests package", self.launch())

    def test_signal_reaches_java_itself(self):
        self.jars(age=30)
        self.jdk("25.0.1", "#!/bin/sh\ntrap 'echo stopped; exit 130' INT\necho started\nwhile :; do sleep 0.1; done\n")
        launched = subprocess.Popen(
            [self.home / "portcullis"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,
        )
        self.addCleanup(launched.stdout.close)
        self.addCleanup(launched.kill)
        self.assertEqual("started\n", launched.stdout.readline())
        launched.send_signal(signal.SIGINT)
        self.assertEqual("stopped\n", launched.stdout.readline())
        self.assertEqual(130, launched.wait(10))
