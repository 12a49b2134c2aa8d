# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from support import QUIET, TOOLS, ReleaseServer, ScratchTest, install, interruptible, program

from parts import command
from parts.cache import Cache
from parts.fetcher import Fetcher
from parts.lockfile import digest

RUN = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from parts.command import main
sys.exit(main(sys.argv[3:], Path(sys.argv[2])))
"""


class CommandTest(ScratchTest):
    def setUp(self):
        super().setUp()
        self.cache = self.scratch / "cache"
        os.environ["PATH"] = "/usr/bin:/bin"

    def page(self, content: bytes, url: str, platform: str = "any", name: str = "page") -> str:
        file = self.scratch / "pinned"
        file.write_bytes(content)
        return f"[source {name}]\nkind = file\nplatform = {platform}\nparts = tool\nurl = {url}\nsha256 = {digest(file)}\n"

    def run_command(self, *arguments: str, sources: str = ""):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = command.main(["--dir", str(self.cache), *arguments], self.lock_file(sources))
            except SystemExit as leaving:
                code = leaving.code
        return code, out.getvalue(), err.getvalue()

    def test_part_is_fetched_once_and_then_cached(self):
        server = ReleaseServer(self, program())
        sources = self.page(program(), server.url)
        code, out, _ = self.run_command("--json", sources=sources)
        facts = json.loads(out)
        self.assertEqual(0, code)
        self.assertEqual(("1.2.3", "page", False), tuple(facts["parts"][0][k] for k in ("version", "source", "cached")))
        self.assertEqual({"TOOL": facts["parts"][0]["path"]}, facts["environment"])
        self.assertTrue(json.loads(self.run_command("--json", sources=sources)[1])["parts"][0]["cached"])
        self.assertEqual(1, len(server.ranges))
        self.assertEqual([], [path.name for path in (self.cache / "work").iterdir()])

    def test_where_fetches_nothing_and_says_how_to_get_it(self):
        sources = self.page(program(), ReleaseServer(self, program()).url)
        self.assertEqual(
            (3, "", f"fetch: error: tool is not in {self.cache}: get it with tools/fetch tool\n"),
            self.run_command("--where", "tool", sources=sources),
        )
        self.run_command(sources=sources)
        code, out, _ = self.run_command("--where", "tool", sources=sources)
        self.assertEqual((0, "tool version 1.2.3\n"), (code, subprocess.check_output([out.strip()], text=True)))

    def test_exports_can_be_evaluated_even_with_odd_directories(self):
        self.cache = self.scratch / "it's a $cache"
        os.environ["PATH"] = f"{install(self.scratch / 'bin', '1.2.9').parent}:/usr/bin:/bin"
        _, out, _ = self.run_command("--env")
        told = subprocess.check_output(["sh", "-c", out + '"$TOOL"'], text=True)
        self.assertEqual("tool version 1.2.9\n", told)

    def test_installed_program_is_used_if_its_version_will_do(self):
        os.environ["KUBEBUILDER_ASSETS"] = str(install(self.scratch / "assets", "1.2.8").parent)
        _, out, _ = self.run_command("--json")
        self.assertEqual(f"installed {self.scratch}/assets/tool", json.loads(out)["parts"][0]["source"])

    def test_installed_program_of_another_version_is_refused_aloud(self):
        os.environ["PATH"] = f"{install(self.scratch / 'bin', '1.3.0').parent}:/usr/bin:/bin"
        code, out, err = self.run_command("--json", sources=self.page(program(), ReleaseServer(self, program()).url))
        self.assertEqual((0, "page"), (code, json.loads(out)["parts"][0]["source"]))
        self.assertIn("bin/tool is 1.3.0, wanted is tool 1.2.x: looking elsewhere", err)

    def test_wrong_checksum_of_the_only_source_fails(self):
        code, out, err = self.run_command(sources=self.page(program(), ReleaseServer(self, b"evil").url))
        self.assertEqual((3, ""), (code, out))
        self.assertRegex(err.splitlines()[-1], "^fetch: error: tool: .* but parts.lock pins .*")
        self.assertFalse((self.cache / "tool").exists())

    def test_two_fetches_at_once_download_once(self):
        server = ReleaseServer(self, program())
        lock = self.lock(self.page(program(), server.url))
        fetchers = [Fetcher(lock, Cache(self.cache, "test"), QUIET) for _ in range(2)]
        with ThreadPoolExecutor() as threads:
            outcomes = list(threads.map(lambda fetcher: fetcher.fetch(lock.part("tool")), fetchers))
        self.assertEqual([False, True], sorted(outcome.cached for outcome in outcomes))
        self.assertEqual(1, len(server.ranges))

    def test_next_source_is_tried_when_one_fails(self):
        good = self.page(program(), ReleaseServer(self, program()).url, name="good")
        bad = self.page(program(), "http://127.0.0.1:1/tool", name="bad")
        code, out, err = self.run_command("--json", sources=bad + good)
        self.assertEqual((0, "good"), (code, json.loads(out)["parts"][0]["source"]))
        self.assertIn("127.0.0.1:1 is out of reach (Connection refused): trying good", err)

    def test_download_that_does_not_run_here_is_not_kept(self):
        content = b"\x7fELF not really"
        code, _, err = self.run_command(sources=self.page(content, ReleaseServer(self, content).url))
        self.assertEqual(3, code)
        self.assertRegex(err.splitlines()[-1], "fetch: error: tool: .*/tool does not start: Exec format error")
        self.assertFalse((self.cache / "tool").exists())

    def test_platform_without_a_source_is_told_to_bring_its_own(self):
        code, _, err = self.run_command(sources=self.page(program(), "http://127.0.0.1:1/tool", "plan9-mips"))
        self.assertEqual(3, code)
        self.assertRegex(err, "fetch: error: tool is pinned for no .*: put tool 1.2.x on PATH")

    def test_wrong_usage_is_2_and_a_broken_lock_file_is_1(self):
        self.assertEqual(2, self.run_command("--no-such-option")[0])
        self.assertEqual(2, self.run_command("envy")[0])
        self.assertEqual(1, self.run_command(sources="nonsense")[0])

    def test_quiet_says_nothing_when_all_is_well(self):
        sources = self.page(program(), ReleaseServer(self, program()).url)
        self.assertEqual((0, "", ""), self.run_command("--quiet", sources=sources))

    def test_interrupted_fetch_leaves_130_and_the_next_run_goes_on(self):
        content = program(padding=1_000_000)
        server = ReleaseServer(self, content)
        server.limits = [300_000]
        server.hang.set()
        lock_file = self.lock_file(self.page(content, server.url))
        started = [sys.executable, "-c", RUN, str(TOOLS), str(lock_file), "--dir", str(self.cache)]
        fetching = subprocess.Popen(
            started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible
        )
        partial = self.cache / "work/tool/page/tool.part"
        deadline = time.monotonic() + 20
        while not (partial.exists() and partial.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        fetching.send_signal(signal.SIGINT)
        _, err = fetching.communicate(timeout=20)
        self.assertEqual(130, fetching.returncode)
        self.assertIn("fetch: interrupted: run it again and it goes on", err)
        self.assertNotIn("Traceback", err)
        server.hang.clear()
        server.limits = []
        self.assertEqual(0, self.run_command(sources=self.page(content, server.url))[0])
        self.assertRegex(server.ranges[1], r"^bytes=[1-9]\d*-$")
