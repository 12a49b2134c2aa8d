# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import os
import subprocess
import sys

from support import TOOLS, ScratchTest, install, program

from parts.cache import Cache
from parts.errors import FetchError

HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from parts.cache import Cache
with Cache(Path(sys.argv[2]), "test").locked("tool", print):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


class CacheTest(ScratchTest):
    def setUp(self):
        super().setUp()
        self.cache = Cache(self.scratch / "cache", "test-cpu")
        self.part = self.tool()

    def publish(self):
        return self.cache.publish(self.part, install(self.work(), "1.2.3"), "1.2.3", "page", "pin")

    def test_published_part_is_found_in_its_versioned_directory(self):
        stamp = self.publish()
        self.assertEqual(self.scratch / "cache/tool/1.2.3-test-cpu/tool", self.cache.path(self.part))
        self.assertTrue(os.access(self.cache.path(self.part), os.X_OK))
        self.assertEqual(stamp, self.cache.find(self.part, {"pin"}))

    def test_what_builds_share_is_removed_only_when_nobody_builds(self):
        (self.cache.go / "modules").mkdir(parents=True)
        with self.cache.using_go():
            self.cache.tidy_go()
            self.assertTrue(self.cache.go.exists())
        self.cache.tidy_go()
        self.assertFalse(self.cache.go.exists())
        self.cache.tidy_go()

    def test_part_of_another_pin_is_stale(self):
        self.publish()
        self.assertIsNone(self.cache.find(self.part, {"newer pin"}))

    def test_part_changed_on_disk_is_not_used(self):
        self.publish()
        self.cache.path(self.part).write_bytes(program("6.6.6"))
        self.assertIsNone(self.cache.find(self.part, {"pin"}))

    def test_part_only_touched_is_still_the_same(self):
        self.publish()
        os.utime(self.cache.path(self.part), (1, 1))
        self.assertIsNotNone(self.cache.find(self.part, {"pin"}))

    def test_crash_between_stamp_and_program_leaves_nothing_that_counts(self):
        self.publish()
        self.cache.path(self.part).unlink()
        self.assertIsNone(self.cache.find(self.part, {"pin"}))

    def test_unreadable_stamp_counts_as_none(self):
        self.publish()
        for broken in ("", "{}", "[1]", "no json"):
            with self.subTest(broken):
                self.cache.path(self.part).with_name(".tool.json").write_text(broken)
                self.assertIsNone(self.cache.find(self.part, {"pin"}))

    def test_upgraded_installed_program_is_looked_at_again(self):
        installed = install(self.scratch / "bin", "1.2.5")
        self.cache.link(self.part, installed, "1.2.5", "pin")
        self.assertIsNotNone(self.cache.find(self.part, {"pin"}))
        install(self.scratch / "bin", "1.3.0")
        self.assertIsNone(self.cache.find(self.part, {"pin"}))

    def test_unwritable_cache_says_what_to_do(self):
        (self.scratch / "cache").write_text("a file where the directory should be")
        with self.assertRaisesRegex(FetchError, "cannot be written.*--dir or PORTCULLIS_CACHE"):
            with self.cache.locked("tool", print):
                self.fail("nobody can hold this lock")


class LockTest(ScratchTest):
    def hold(self, seconds: float) -> subprocess.Popen:
        command = [sys.executable, "-c", HOLDER, str(TOOLS), str(self.scratch), str(seconds)]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait)
        self.assertEqual("held\n", holder.stdout.readline())
        return holder

    def test_second_process_is_told_who_holds_the_lock_and_gets_it_afterwards(self):
        holder = self.hold(0.5)
        told = []
        with Cache(self.scratch, "test").locked("tool", told.append):
            self.assertIsNotNone(holder.wait(5))
        self.assertEqual([str(holder.pid)], told)

    def test_lock_of_a_killed_process_is_free(self):
        holder = self.hold(60)
        holder.kill()
        holder.wait()
        told = []
        with Cache(self.scratch, "test").locked("tool", told.append):
            self.assertEqual([], told)

    def test_groups_do_not_wait_for_each_other(self):
        holder = self.hold(60)
        with Cache(self.scratch, "test").locked("other", self.fail):
            self.assertIsNone(holder.poll())
        holder.kill()
