# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import unittest
from pathlib import Path

from support import ScratchTest, install

from clusters import command, images, init, layout, needs
from clusters.errors import ClusterError, NotPossibleHere
from clusters.layout import Layout
from clusters.machine import Machine
from clusters.nodeconfig import NodeConfig
from clusters.onenode import MANIFESTS, OneNode
from clusters.pki import Pki
from clusters.processes import Process, launch
from clusters.steps import Steps


class LayoutTest(ScratchTest):
    def setUp(self):
        super().setUp()
        self.layout = Layout(self.scratch / "cluster")

    def make_directories(self):
        for directory in self.layout.directories():
            directory.mkdir(parents=True)


class CommandTest(LayoutTest):
    def run_command(self, *arguments: str):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = command.main([*arguments, "--dir", str(self.layout.root)])
            except SystemExit as leaving:
                code = leaving.code
        return code, out.getvalue(), err.getvalue()

    def as_user(self, number: int):
        before = os.geteuid
        os.geteuid = lambda: number
        self.addCleanup(setattr, os, "geteuid", before)

    def test_whoever_is_not_root_is_told_so_before_anything_changes(self):
        self.as_user(1000)
        for verb in (("up",), ("down",), ("restart-node",), ("stop-apiserver",), ("prepare",), ("load", "x.tar")):
            with self.subTest(verb[0]):
                code, out, err = self.run_command(*verb)
                self.assertEqual((3, ""), (code, out))
                self.assertIn("needs root", err)
        self.assertFalse(self.layout.root.exists())

    def test_missing_programs_are_named_with_their_packages(self):
        self.as_user(0)
        os.environ["PATH"] = str(install(self.scratch / "bin", "1.2.3", "openssl").parent)
        code, _, err = self.run_command("up")
        self.assertEqual(3, code)
        self.assertIn("apt-get install containerd", err)
        self.assertNotIn("openssl", err)

    def test_status_without_a_cluster_says_so(self):
        self.assertEqual((1, "there is no cluster\n", ""), self.run_command("status"))
        facts = json.loads(self.run_command("status", "--json")[1])
        self.assertEqual((False, None, []), (facts["running"], facts["kubeconfig"], facts["processes"]))

    def test_kind_that_is_not_there_is_refused_with_the_reason(self):
        os.environ["PATH"] = str(self.scratch)
        code, _, err = self.run_command("up", "--provider", "kind")
        self.assertEqual(3, code)
        self.assertIn("--provider kind needs docker and kind", err)

    def test_kind_without_a_running_docker_is_refused_with_its_words(self):
        for name, says in (("docker", "echo no daemon >&2; exit 1"), ("kind", "exit 0")):
            program = install(self.scratch / "bin", "1.2.3", name)
            program.write_text(f"#!/bin/sh\n{says}\n")
        os.environ["PATH"] = str(self.scratch / "bin")
        code, _, err = self.run_command("up", "--provider", "kind")
        self.assertEqual(3, code)
        self.assertIn("docker info says: no daemon", err)

    def test_existing_cluster_must_be_named_and_is_left_alone(self):
        os.environ.pop("KUBECONFIG", None)
        # Before any program is fetched, too.
        os.environ["PORTCULLIS_CACHE"] = str(self.scratch / "cache")
        self.assertEqual(2, self.run_command("status", "--provider", "kubeconfig")[0])
        code, _, err = self.run_command("stop-apiserver", "--provider", "kubeconfig", "--kubeconfig", "/none")
        self.assertEqual(3, code)
        self.assertIn("not ours", err)

    def test_wrong_usage_is_2_and_help_has_examples(self):
        self.assertEqual(2, self.run_command("sideways")[0])
        self.assertEqual(2, self.run_command("load")[0])
        code, out, _ = self.run_command("--help")
        self.assertEqual(0, code)
        self.assertIn("tools/cluster load images/target/*.tar", out)

    def test_one_command_at_a_time_changes_the_cluster(self):
        holder = "import sys; sys.path.insert(0, sys.argv[1]); from clusters import command\n"
        holder += "with command._alone(): print('held', flush=True); sys.stdin.read()"
        tools = str(Path(command.__file__).parents[1])
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", holder, tools], text=True, **pipes) as other:
            self.assertEqual("held\n", other.stdout.readline())
            words = io.StringIO()
            threading.Timer(0.5, other.stdin.close).start()
            started = time.monotonic()
            with contextlib.redirect_stderr(words), command._alone():
                self.assertGreater(time.monotonic() - started, 0.4)
            self.assertEqual("cluster: waiting for another tools/cluster to finish\n", words.getvalue())


class ProcessTest(LayoutTest):
    def sleeper(self, script: str = "exec sleep 60") -> Process:
        self.make_directories()
        process = launch(
            "sleeper", ["/bin/sh", "-c", script], self.layout.log / "sleeper.log", self.layout.state / "p.json"
        )
        self.addCleanup(process.end, 0)
        return process

    def test_process_is_known_again_from_its_file_until_it_ends(self):
        process = self.sleeper()
        self.assertEqual(process, Process.read(self.layout.state / "p.json"))
        self.assertTrue(process.alive())
        process.end(5)
        self.assertFalse(process.alive())

    def test_process_that_will_not_end_is_made_to(self):
        process = self.sleeper("trap '' TERM; echo ready; while true; do sleep 0.1; done")
        while "ready" not in (self.layout.log / "sleeper.log").read_text():
            time.sleep(0.05)
        process.end(0.3)
        self.assertFalse(process.alive())

    def test_another_process_with_the_same_number_is_let_live(self):
        process = self.sleeper()
        for other in (
            Process(process.name, process.pid, process.started - 1, process.boot),
            Process(process.name, process.pid, process.started, "another boot"),
        ):
            with self.subTest(other):
                self.assertFalse(other.alive())
                other.end(0)
                self.assertTrue(process.alive())

    def test_file_that_cannot_be_read_is_an_error_and_no_file_is_none(self):
        self.assertIsNone(Process.read(self.scratch / "none"))
        (self.scratch / "broken").write_text("{}")
        with self.assertRaisesRegex(ClusterError, "broken cannot be read"):
            Process.read(self.scratch / "broken")


class MachineTest(LayoutTest):
    def test_directory_of_somebody_else_is_refused_and_kept(self):
        self.layout.root.mkdir()
        (self.layout.root / "letter").write_text("mine")
        with self.assertRaisesRegex(NotPossibleHere, "not the cluster's: name an empty directory"):
            Machine(self.layout).remember()
        self.assertTrue((self.layout.root / "letter").exists())

    def test_directory_that_the_node_cannot_see_is_refused(self):
        for place, why in (("/run/x", "the node has its own"), ("/x" * 50, "too long")):
            with self.subTest(place), self.assertRaisesRegex(NotPossibleHere, why):
                Machine(Layout(Path(place))).remember()
            self.assertFalse(Path(place).exists())

    def test_settings_are_noted_once_and_put_back(self):
        settings = self.scratch / "sys"
        (settings / "kernel").mkdir(parents=True)
        (settings / "kernel" / "panic").write_text("0\n")
        machine = Machine(self.layout, settings)
        machine.remember()
        (settings / "kernel" / "panic").write_text("10\n")
        machine.remember()
        machine.restore_settings()
        self.assertEqual("0", (settings / "kernel" / "panic").read_text())

    def test_marker_of_another_format_is_not_acted_upon(self):
        self.layout.root.mkdir()
        self.layout.marker.write_text('{"format": "another"}')
        with self.assertRaisesRegex(NotPossibleHere, "another release"):
            Machine(self.layout).restore_settings()


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class PkiTest(LayoutTest):
    def setUp(self):
        super().setUp()
        self.make_directories()
        Pki(self.layout).make()

    def openssl(self, *arguments: str) -> str:
        return subprocess.run(
            ["openssl", *arguments], cwd=self.layout.pki, capture_output=True, check=True, text=True
        ).stdout

    def test_certificates_are_of_their_authority_and_for_their_use(self):
        for name, authority, purpose in (
            ("apiserver", "ca", "sslserver"),
            ("kubelet-server", "ca", "sslserver"),
            ("kubelet", "ca", "sslclient"),
            ("etcd", "etcd-ca", "sslserver"),
            ("apiserver-etcd", "etcd-ca", "sslclient"),
        ):
            with self.subTest(name):
                self.openssl(
                    "verify", "-x509_strict", "-purpose", purpose, "-CAfile", f"{authority}.crt", f"{name}.crt"
                )
        with self.assertRaises(subprocess.CalledProcessError, msg="a client of the cluster is none of etcd"):
            self.openssl("verify", "-CAfile", "etcd-ca.crt", "admin.crt")
        self.assertIn(
            "O = system:nodes, CN = system:node:one-node",
            self.openssl("x509", "-noout", "-subject", "-in", "kubelet.crt"),
        )

    def test_keys_are_for_root_alone_and_nothing_is_made_twice(self):
        secret = [*self.layout.pki.glob("*.key"), *self.layout.pki.glob("*.kubeconfig"), self.layout.kubeconfig]
        self.assertEqual({0o600}, {file.stat().st_mode & 0o777 for file in secret})
        before = {file: file.read_bytes() for file in self.layout.pki.iterdir()}
        Pki(self.layout).make()
        self.assertEqual(before, {file: file.read_bytes() for file in self.layout.pki.iterdir()})


class ImageTest(LayoutTest):
    def test_image_has_the_program_alone_and_the_same_bytes_each_time(self):
        program = install(self.scratch / "bin", "1.2.3")
        one = images.build(program, "example.test/tool:1", self.scratch / "one.tar")
        two = images.build(program, "example.test/tool:1", self.scratch / "two.tar")
        self.assertEqual(one.read_bytes(), two.read_bytes())
        with tarfile.open(one) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))[0]
            self.assertEqual(["example.test/tool:1"], manifest["RepoTags"])
            config = json.load(tar.extractfile(manifest["Config"]))
            self.assertEqual((["/tool"], "65532:65532"), (config["config"]["Entrypoint"], config["config"]["User"]))
            with tarfile.open(fileobj=tar.extractfile(manifest["Layers"][0])) as layer:
                self.assertEqual(program.read_bytes(), layer.extractfile("tool").read())

    def test_changed_program_makes_a_new_image(self):
        program = install(self.scratch / "bin", "1.2.3")
        image = images.build(program, "example.test/tool:1", self.scratch / "one.tar")
        before = image.read_bytes()
        os.utime(image, (0, 0))
        install(self.scratch / "bin", "1.2.4")
        self.assertNotEqual(before, images.build(program, "example.test/tool:1", image).read_bytes())


class NodeTest(LayoutTest):
    def test_every_program_has_a_command_and_every_file_can_be_read(self):
        self.make_directories()
        programs = {name: Path("/cache") / name for name in ("kube-node", "network-policies")}
        commands = NodeConfig(self.layout, programs).write()
        self.assertEqual(["containerd", "kubelet", "kube-proxy", "network-policies"], list(commands))
        for file in self.layout.config.rglob("*.json"):
            with self.subTest(file.name):
                self.assertIn("apiVersion", json.loads(file.read_text()))
        self.assertEqual("pods", json.loads((self.layout.config / "cni" / "10-pods.conflist").read_text())["name"])
        self.assertIn(f'address = "{self.layout.containerd}"', (self.layout.config / "containerd.toml").read_text())

    def test_manifests_name_what_the_node_has(self):
        dns = (MANIFESTS / "dns.yaml").read_text()
        for fact in (f"clusterIP: {layout.DNS_SERVICE}", f"image: {layout.DNS_IMAGE}", f"kubernetes {layout.DOMAIN}"):
            self.assertIn(fact, dns)

    def test_program_that_ends_at_once_is_started_ever_more_slowly_and_a_steady_one_soon(self):
        program = init.Program("p", ["/bin/true"], "/dev/null")
        delays = []
        for _ in range(6):
            program.since = 100.0
            program.ended(101.0)
            delays.append(program.due - 101.0)
        self.assertEqual([2, 4, 8, 10, 10, 10], delays)
        program.ended(100.0 + init.STEADY_SECONDS + 1)
        self.assertEqual(init.FIRST_DELAY_SECONDS, program.delay)

    def test_program_that_is_gone_does_not_end_the_node(self):
        log = self.scratch / "log"
        program = init.Program("p", [str(self.scratch / "gone")], str(log))
        program.start(1.0)
        self.assertEqual((0, 1), (program.pid, program.starts))
        self.assertGreater(program.due, 1.0)
        self.assertIn("p does not start", log.read_text())

    def test_ended_children_are_buried_and_told(self):
        told = self.scratch / "programs.json"
        child = os.fork()
        if child == 0:
            os._exit(0)
        deadline = time.monotonic() + 10
        while child not in (gone := init.buried()):
            self.assertLess(time.monotonic(), deadline, gone)
            time.sleep(0.02)
        program = init.Program("p", ["/bin/true"], "/dev/null", starts=3)
        facts = init.tell([program], told, "")
        self.assertEqual([{"name": "p", "running": False, "starts": 3}], json.loads(told.read_text()))
        told.unlink()
        init.tell([program], told, facts)
        self.assertFalse(told.exists(), "nothing new is not written")

    def test_status_tells_which_of_the_processes_runs(self):
        self.make_directories()
        self.layout.marker.write_text("{}")
        etcd = launch("etcd", ["sleep", "60"], self.layout.log / "etcd.log", self.layout.state / "etcd.json")
        self.addCleanup(etcd.end, 0)
        facts = OneNode(self.layout, {}, Steps(quiet=True)).status()
        running = {process["name"]: process["running"] for process in facts["processes"]}
        self.assertEqual(
            {
                "etcd": True,
                **dict.fromkeys(("kube-apiserver", "kube-controller-manager", "kube-scheduler", "node"), False),
            },
            running,
        )
        self.assertFalse(facts["running"])


class NeedsTest(ScratchTest):
    def test_every_needed_program_has_a_package(self):
        os.environ["PATH"] = str(self.scratch)
        self.assertIn("containerd", needs.missing_packages())
        self.assertTrue(all(needs.PROGRAMS.values()))

    def test_machine_without_apt_is_told_what_to_install(self):
        if os.geteuid() != 0:
            self.skipTest("only root gets that far")
        os.environ["PATH"] = str(self.scratch)
        with self.assertRaisesRegex(NotPossibleHere, "no Debian: install what it calls .*runc"):
            needs.prepare(lambda _text: None, [])

    @unittest.skipUnless(shutil.which("dpkg-query") and os.geteuid() == 0, "this is no Debian, or not root")
    def test_what_is_installed_already_is_not_installed_again(self):
        apt = install(self.scratch / "bin", "1.2.3", "apt-get")
        apt.write_text(f"#!/bin/sh\necho $* >> {self.scratch}/asked\n")
        os.environ["PATH"] = f"{apt.parent}:{os.environ['PATH']}"
        before = needs.PROGRAMS
        needs.PROGRAMS = {"sh": "dash"}
        self.addCleanup(setattr, needs, "PROGRAMS", before)
        said = []
        needs.prepare(said.append, ["dpkg"])
        self.assertEqual(["nothing is missing"], said)
        needs.prepare(said.append, ["dpkg", "no-such-package"])
        asked = (self.scratch / "asked").read_text()
        self.assertEqual("update\ninstall --yes --no-install-recommends no-such-package\n", asked)


class StepsTest(unittest.TestCase):
    def test_step_tells_its_seconds_or_that_it_failed(self):
        words = io.StringIO()
        steps = Steps(stream=words)
        with steps.step("one"):
            pass
        with self.assertRaises(KeyboardInterrupt), steps.step("two"):
            signal.raise_signal(signal.SIGINT)
        self.assertRegex(words.getvalue(), r"^cluster: one … 0\.\d s\ncluster: two … failed\n$")
