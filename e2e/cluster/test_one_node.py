# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Tries the one-node cluster itself, before anything of Portcullis runs on it: root on Linux, some minutes.

sudo python3 -m unittest discover -s e2e/cluster -p test_one_node.py    all; leaves no cluster behind
… -k ServicesTest                                                       a part, on the cluster that is there
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
import time
import unittest
import urllib.request
import uuid
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CLUSTER = str(PROJECT / "tools" / "cluster")
IMAGE = "docker.io/portcullis/cluster-test:1"
PATIENCE = "120s"


def run(
    *command: str, text: str | None = None, check: bool = True, seconds: int = 400
) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=seconds)
    if check and ran.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return ran


class ClusterTest(unittest.TestCase):
    """A namespace of its own for each test, on a running cluster that has the test's image."""

    @classmethod
    def setUpClass(cls) -> None:
        facts = json.loads(run(CLUSTER, "up", "--json", "--quiet", seconds=1800).stdout)
        cls.kubectl_program = run(str(PROJECT / "tools" / "fetch"), "--where", "kubectl").stdout.strip()
        cls.kubeconfig = facts["kubeconfig"]
        with tempfile.TemporaryDirectory() as scratch:
            run(CLUSTER, "load", "--quiet", str(test_image(Path(scratch) / "image.tar")))

    def setUp(self) -> None:
        self.namespace = f"test-{uuid.uuid4().hex[:8]}"
        self.kubectl("create", "namespace", self.namespace)
        self.addCleanup(self.kubectl, "delete", "namespace", self.namespace, "--wait=false")

    def kubectl(self, *arguments: str, text: str | None = None, check: bool = True):
        command = [self.kubectl_program, f"--kubeconfig={self.kubeconfig}"]
        # An exec separates its own arguments from the command's.
        return run(*command, f"--namespace={self.namespace}", *arguments, text=text, check=check)

    def apply(self, *resources: dict, check: bool = True):
        listed = {"apiVersion": "v1", "kind": "List", "items": list(resources)}
        return self.kubectl("apply", "-f", "-", text=json.dumps(listed), check=check)

    def get(self, kind: str, name: str) -> dict:
        return json.loads(self.kubectl("get", kind, name, "-o", "json").stdout)

    def ready(self, *pods: str) -> None:
        self.kubectl("wait", "--for=condition=Ready", f"--timeout={PATIENCE}", *(f"pod/{pod}" for pod in pods))

    def address(self, pod: str) -> str:
        return self.get("pod", pod)["status"]["podIP"]

    def shell(self, pod: str, script: str, check: bool = True):
        return self.kubectl("exec", pod, "--", "/bin/sh", "-c", script, check=check)

    def eventually(self, what: str, holds, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"after {seconds} s: {what}")
            time.sleep(0.3)


def container(script: str, name: str = "main", **more) -> dict:
    return {"name": name, "image": IMAGE, "imagePullPolicy": "Never", "command": ["/bin/sh", "-c", script], **more}


def pod(name: str, *containers: dict, init: tuple[dict, ...] = (), labels: dict | None = None, **spec) -> dict:
    metadata = {"name": name, "labels": {"app": name, **(labels or {})}}
    whole = {"containers": list(containers), "initContainers": list(init), "terminationGracePeriodSeconds": 1, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def web(name: str, says: str = "hello") -> dict:
    script = f"mkdir -p /tmp/www && echo {says} > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www"
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    return pod(name, container(script, readinessProbe=probe))


def idle(name: str, **spec) -> dict:
    return pod(name, container("exec sleep 3600"), **spec)


def service(name: str, app: str, **spec) -> dict:
    ports = [{"port": 80, "targetPort": 8080}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": app}, "ports": ports, **spec},
    }


class ServicesTest(ClusterTest):
    def test_service_and_dns_lead_from_pod_to_pod(self):
        self.apply(web("web"), idle("client"), service("web", "web"), service("each", "web", clusterIP="None"))
        self.ready("web", "client")
        for name in ("web", f"web.{self.namespace}.svc.cluster.local", f"each.{self.namespace}:8080"):
            with self.subTest(name):
                self.eventually(
                    f"{name} answers",
                    lambda n=name: "hello" in self.shell("client", f"curl -sS -m 3 http://{n}/", check=False).stdout,
                )
        headless = self.shell("client", f"nslookup each.{self.namespace}.svc.cluster.local").stdout
        self.assertIn(self.address("web"), headless)

    def test_name_that_is_not_of_the_cluster_is_denied_at_once(self):
        self.apply(idle("client"))
        self.ready("client")
        started = time.monotonic()
        self.assertIn("NXDOMAIN", self.shell("client", "nslookup www.example.test.", check=False).stdout)
        self.assertLess(time.monotonic() - started, 5)

    def test_this_machine_reaches_services_and_pods(self):
        self.apply(web("web"), service("web", "web"))
        self.ready("web")
        hosts = (f"{self.address('web')}:8080", self.get("service", "web")["spec"]["clusterIP"])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for host in hosts:
            with self.subTest(host):
                self.eventually(f"{host} answers", lambda h=host: answers(opener, h))

    def test_logs_exec_and_port_forward(self):
        self.apply(web("web"), pod("talker", container("echo said this; exec sleep 3600")))
        self.ready("web", "talker")
        self.assertEqual("said this\n", self.kubectl("logs", "talker").stdout)
        self.assertEqual("3\n", self.shell("talker", "echo $((1+2))").stdout)
        command = [self.kubectl_program, f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}"]
        with subprocess.Popen(
            [*command, "port-forward", "pod/web", ":8080"], stdout=subprocess.PIPE, text=True
        ) as forward:
            try:
                port = re.search(r"127\.0\.0\.1:(\d+)", forward.stdout.readline()).group(1)
                self.assertTrue(
                    answers(urllib.request.build_opener(urllib.request.ProxyHandler({})), f"127.0.0.1:{port}")
                )
            finally:
                forward.terminate()


def answers(opener, host: str) -> bool:
    try:
        with opener.open(f"http://{host}/", timeout=3) as answer:
            return answer.read() == b"hello\n"
    except OSError:
        return False


class PodsTest(ClusterTest):
    def test_job_with_a_native_sidecar_ends(self):
        sidecar = container("trap 'exit 0' TERM; while true; do sleep 0.1; done", "sidecar", restartPolicy="Always")
        template = {
            "spec": {"restartPolicy": "Never", "initContainers": [sidecar], "containers": [container("echo done")]}
        }
        self.apply(
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job"}, "spec": {"template": template}}
        )
        self.kubectl("wait", "--for=condition=Complete", f"--timeout={PATIENCE}", "job/job")

    def test_init_container_redirects_inside_the_pod(self):
        rules = "iptables -t nat -A PREROUTING -p tcp --dport 9000 -j REDIRECT --to-ports 8080"
        # What user 1337 sends is left alone, as a proxy's own traffic must be.
        rules += (
            " && iptables -t nat -A OUTPUT -p tcp --dport 9001 -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 8080"
        )
        capable = {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}}
        server = web("web")
        server["spec"]["initContainers"] = [container(rules, "rules", securityContext=capable)]
        server["spec"]["containers"].append(container("exec sleep 3600", "proxy", securityContext={"runAsUser": 1337}))
        self.apply(server, idle("client"))
        self.ready("web", "client")
        self.assertIn("hello", self.shell("client", f"curl -sS -m 3 http://{self.address('web')}:9000/").stdout)
        get = "curl -sS -m 3 http://127.0.0.1:9001/"
        self.assertIn("hello", self.kubectl("exec", "web", "-c", "main", "--", "/bin/sh", "-c", get).stdout)
        self.assertNotEqual(
            0, self.kubectl("exec", "web", "-c", "proxy", "--", "/bin/sh", "-c", get, check=False).returncode
        )

    def test_token_of_a_pod_names_the_pod_and_ends_with_it(self):
        source = {"serviceAccountToken": {"path": "token", "audience": "portcullis", "expirationSeconds": 600}}
        client = idle("client", volumes=[{"name": "token", "projected": {"sources": [source]}}])
        client["spec"]["containers"][0]["volumeMounts"] = [{"name": "token", "mountPath": "/var/run/token"}]
        self.apply(client)
        self.ready("client")
        token = self.shell("client", "cat /var/run/token/token").stdout
        status = self.review(token, "portcullis")
        self.assertTrue(status["authenticated"])
        self.assertEqual(["client"], status["user"]["extra"]["authentication.kubernetes.io/pod-name"])
        self.assertEqual(f"system:serviceaccount:{self.namespace}:default", status["user"]["username"])
        self.assertFalse(self.review(token, "another").get("authenticated", False))
        self.kubectl("delete", "pod", "client", "--wait=true")
        self.eventually(
            "the token of a pod that is gone is refused",
            lambda: not self.review(token, "portcullis").get("authenticated", False),
        )

    def review(self, token: str, audience: str) -> dict:
        spec = {"token": token, "audiences": [audience]}
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec}
        return json.loads(self.kubectl("create", "-o", "json", "-f", "-", text=json.dumps(review)).stdout)["status"]


class AdmissionTest(ClusterTest):
    def test_restricted_namespace_refuses_a_capable_pod(self):
        self.kubectl("label", "namespace", self.namespace, "pod-security.kubernetes.io/enforce=restricted")
        refused = self.apply(idle("client"), check=False)
        self.assertIn("violates PodSecurity", refused.stderr)

    def test_admission_policy_decides(self):
        name = f"{self.namespace}-no-secrets"
        rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
        validation = {"expression": "object.metadata.name != 'bad'", "message": "bad is no name"}
        kind = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
        selector = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}}}
        self.addCleanup(self.kubectl, "delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", name)
        constraints = {"resourceRules": [rule]}
        self.apply(
            {
                **kind,
                "kind": "ValidatingAdmissionPolicy",
                "spec": {"matchConstraints": constraints, "validations": [validation]},
            },
            {
                **kind,
                "kind": "ValidatingAdmissionPolicyBinding",
                "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": selector},
            },
        )
        create = ("create", "configmap", "bad", "--dry-run=server")
        self.eventually("the policy denies", lambda: "bad is no name" in self.kubectl(*create, check=False).stderr)
        self.kubectl("create", "configmap", "good", "--dry-run=server")


class NetworkPolicyTest(ClusterTest):
    def test_policy_refuses_all_but_whom_it_names(self):
        self.apply(web("web"), idle("friend"), idle("stranger"))
        self.ready("web", "friend", "stranger")
        url = f"http://{self.address('web')}:8080/"

        def reaches(name: str) -> bool:
            return self.shell(name, f"curl -sS -m 2 {url}", check=False).returncode == 0

        self.assertTrue(reaches("friend") and reaches("stranger"), "without a policy all may")
        spec = {
            "podSelector": {"matchLabels": {"app": "web"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "friend"}}}]}],
        }
        policy = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "web"},
            "spec": spec,
        }
        self.apply(policy)
        self.eventually("the stranger is refused", lambda: not reaches("stranger"))
        self.assertTrue(reaches("friend"))
        self.kubectl("delete", "networkpolicy", "web")
        self.eventually("the stranger may again", lambda: reaches("stranger"))


class FailureTest(ClusterTest):
    def test_pods_serve_while_the_api_server_is_down(self):
        self.apply(web("web"))
        self.ready("web")
        address = self.address("web")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        run(CLUSTER, "stop-apiserver", "--quiet")
        try:
            self.assertEqual(1, run(CLUSTER, "status", check=False).returncode)
            self.assertTrue(answers(opener, f"{address}:8080"))
            self.assertNotEqual(0, self.kubectl("get", "pods", "--request-timeout=3s", check=False).returncode)
        finally:
            run(CLUSTER, "start-apiserver", "--quiet")
        self.kubectl("get", "pods")

    def test_pods_come_back_after_the_node_did(self):
        labels = {"matchLabels": {"app": "web"}}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": web("web")["spec"]}
        deployment = {"selector": labels, "template": template}
        self.apply(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": deployment},
            service("web", "web"),
        )
        self.kubectl("rollout", "status", "deployment/web", f"--timeout={PATIENCE}")
        address = self.get("service", "web")["spec"]["clusterIP"]
        run(CLUSTER, "restart-node", "--quiet")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.eventually("the Service answers again", lambda: answers(opener, address), 90)
        self.assertEqual(0, run(CLUSTER, "status").returncode)


class ZLastDownTest(unittest.TestCase):
    """Runs last, as its name sorts: it leaves no cluster."""

    def test_down_leaves_nothing_of_an_up_that_was_killed(self):
        self.maxDiff = None
        run(CLUSTER, "down", "--quiet")
        before = fingerprint()
        for seconds in (1, 4):
            with self.subTest(seconds), subprocess.Popen([CLUSTER, "up", "--quiet"], stdout=subprocess.DEVNULL) as up:
                time.sleep(seconds)
                up.kill()
                up.wait()
                run(CLUSTER, "down", "--quiet")
                self.assertEqual(before, fingerprint())

    def test_down_leaves_nothing_and_up_works_again(self):
        self.maxDiff = None
        run(CLUSTER, "down", "--quiet")
        before = fingerprint()
        self.assertEqual([], before["processes"])
        run(CLUSTER, "up", "--quiet", seconds=1800)
        self.assertNotEqual(before, fingerprint())
        run(CLUSTER, "up", "--quiet")
        run(CLUSTER, "down", "--quiet")
        self.assertEqual(before, fingerprint())
        run(CLUSTER, "down", "--quiet")
        self.assertIn("no cluster", run(CLUSTER, "status", check=False).stdout)


def fingerprint() -> dict:
    """What of this machine a cluster may change."""
    settings = (
        "kernel/panic",
        "kernel/panic_on_oops",
        "vm/overcommit_memory",
        "vm/panic_on_oom",
        "net/ipv4/ip_forward",
    )
    return {
        "filters": [re.sub(r"(?m)^#.*\n", "", run(name).stdout) for name in ("iptables-save", "ip6tables-save")],
        "links": sorted(link["ifname"] for link in json.loads(run("ip", "-json", "link").stdout)),
        "routes": sorted(run("ip", "route", "show", "table", "all").stdout.splitlines()),
        "mounts": [line.split(" ", 3)[3] for line in Path("/proc/self/mountinfo").read_text().splitlines()],
        "groups": sorted(str(group) for group in Path("/sys/fs/cgroup").rglob("*portcullis*")),
        "settings": {name: Path("/proc/sys", name).read_text() for name in settings},
        "processes": processes(),
        "directories": [
            str(p) for p in (Path("/var/lib/portcullis-cluster"), Path("/var/lib/cni"), Path("/etc/cni")) if p.exists()
        ],
        "namespaces": sorted(os.listdir("/run/netns")) if Path("/run/netns").exists() else [],
    }


def processes() -> list[str]:
    """The commands that are the cluster's: somebody else on this machine may run an etcd of their own."""
    commands = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # ended while we looked
    return sorted(c for c in commands if "portcullis-cluster/" in c or "containerd-shim" in c or c.startswith("/pause"))


def test_image(target: Path) -> Path:
    """An image of this machine's busybox, curl and iptables, with the libraries that they load."""
    programs = {
        "/bin/busybox": "/bin/busybox",
        "/bin/curl": "/usr/bin/curl",
        "/sbin/iptables": "/usr/sbin/xtables-nft-multi",
    }
    missing = [program for program in programs.values() if not Path(program).exists()]
    if missing:
        raise AssertionError(f"the tests' image needs {missing}: apt-get install busybox-static curl iptables")
    told = "".join(run("ldd", program, check=False).stdout for program in programs.values())  # busybox has no libraries
    libraries = [Path(path) for path in re.findall(r"(/\S+) \(0x", told)]
    extensions = next(Path("/usr/lib").glob("**/xtables"))
    files = {str(file): file for file in (*libraries, *extensions.glob("libxt_*.so"), *extensions.glob("libipt_*.so"))}
    return _image(target, IMAGE, {**files, **{inside: Path(here) for inside, here in programs.items()}})


def _image(target: Path, name: str, files: dict[str, Path]) -> Path:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for path, file in files.items():
            _add(tar, path.lstrip("/"), file.read_bytes())
        for applet in ("sh", "cat", "echo", "httpd", "mkdir", "nslookup", "sleep"):
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "/bin/busybox"
            tar.addfile(link)
        for directory in ("tmp", "run"):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(entry)
    content = layer.getvalue()
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine),
        "os": "linux",
        "config": {"Env": ["PATH=/bin:/sbin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(content).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(target, "w") as tar:
        _add(tar, "manifest.json", json.dumps(manifest).encode())
        _add(tar, "config.json", json.dumps(config).encode())
        _add(tar, "layer.tar", content)
    return target


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755
    tar.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    unittest.main()
