# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The chart as Helm renders it: golden files, values that must be refused, and rules that every object keeps.

    tools/fetch helm && python3 -m unittest discover -s charts/tests
    GOLDEN_UPDATE=1 python3 -m unittest discover -s charts/tests     rewrites charts/golden, and removes what is stale
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
CHART = HOME / "charts/portcullis"
GOLDEN = HOME / "charts/golden"
REFERENCE = HOME / "docs/reference/chart.md"
REFERENCE_HEAD = """\
# Values of the chart

<!-- Written from values.schema.json by charts/tests: GOLDEN_UPDATE=1 python3 -m unittest discover -s charts/tests rewrites it. -->

`charts/portcullis` needs Kubernetes 1.31 and is installed once in a namespace. Defaults are in `values.yaml`; a value that is not here is refused.

| value | what |
|---|---|
"""
UPDATE = os.environ.get("GOLDEN_UPDATE") == "1"


def helm_program() -> str:
    """The Helm on PATH, else the one in the cache of tools/fetch."""
    on_path = os.environ.get("HELM") or shutil.which("helm")
    if on_path:
        return on_path
    told = subprocess.run([HOME / "tools/fetch", "--where", "helm"], capture_output=True, check=False, text=True)
    if told.returncode != 0:
        raise AssertionError(f"helm is needed: tools/fetch helm ({told.stderr.strip()})")
    return told.stdout.strip()


class ChartTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.program = helm_program()

    def helm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as own:
            places = {name: own for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
            environment = {**os.environ, **places, "KUBECONFIG": f"{own}/none"}
            return subprocess.run([self.program, *arguments], capture_output=True, check=False, text=True, env=environment)

    def render(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.helm("template", "portcullis", str(CHART), "--namespace", "portcullis-system", "--kube-version", "1.36.3", *arguments)

    def objects(self, *arguments: str) -> list[str]:
        rendered = self.render(*arguments)
        self.assertEqual(0, rendered.returncode, rendered.stderr)
        return [text for text in re.split(r"^---\n", rendered.stdout, flags=re.MULTILINE) if "\nkind: " in f"\n{text}"]

    def test_every_golden_case_renders_as_it_did(self) -> None:
        if UPDATE and os.environ.get("CI"):
            self.fail("golden files are not rewritten in CI")
        cases = sorted(GOLDEN.glob("*.values.yaml"))
        self.assertTrue(cases)
        expected = {GOLDEN / f"{case.name.removesuffix('.values.yaml')}.yaml": case for case in cases}
        for file in sorted(set(GOLDEN.glob("*.yaml")) - set(expected) - set(cases)):
            if UPDATE:
                file.unlink()
            else:
                self.fail(f"{file.name} belongs to no case: remove it")
        for file, case in expected.items():
            with self.subTest(case.name):
                rendered = self.render("--values", str(case))
                self.assertEqual(0, rendered.returncode, rendered.stderr)
                if UPDATE:
                    file.write_text(rendered.stdout, encoding="utf-8")
                self.maxDiff = None
                self.assertEqual(file.read_text(encoding="utf-8"), rendered.stdout, "see GOLDEN_UPDATE=1 above")

    def test_rendering_twice_gives_the_same(self) -> None:
        self.assertEqual(self.render().stdout, self.render().stdout)

    def test_lint_finds_nothing(self) -> None:
        linted = self.helm("lint", "--strict", str(CHART))
        self.assertEqual(0, linted.returncode, linted.stdout + linted.stderr)

    def test_values_that_are_wrong_or_unknown_are_refused_by_name(self) -> None:
        for value, complaint in {
            "operator.replica=3": "replica",
            "operator.replicas=0": "replicas",
            "log.format=xml": "format",
            "networkPolicies.apiServerCidrs={example.org}": "apiServerCidrs",
            "revisions.Before=0.1.0": "revisions",
            "revisions.default=0.1.0": "revisions",
            "extAuthz.decisionLog=/var/log/x": "decisionLog",
            "extAuthz.geo.countryFile=countries.mmdb": "volume",
            "extAuthz.geo.volume.emptyDir.medium=Memory,extAuthz.geo.countryFile=../etc/passwd": "countryFile",
            "extAuthz.geo.volume.name=geo": "volume",
            "extAuthz.addressLists.files.tor=tor.txt": "volume",
            "extAuthz.addressLists.volume.emptyDir.medium=Memory,extAuthz.addressLists.files.tor=../etc/passwd": "tor",
            "extAuthz.addressLists.volume.emptyDir.medium=Memory,extAuthz.addressLists.files.Tor=tor.txt": "Tor",
            "gateway.routes[0].host=*.example.org,gateway.routes[0].service=shop/orders,gateway.routes[0].port=80": "host",
            "gateway.routes[0].host=a.example.org,gateway.routes[0].service=orders,gateway.routes[0].port=80": "service",
            "gateway.enabled=true": "gateway.routes",
            "gateway.clients.caSecretName=A_b": "caSecretName",
            "extAuthz.issuerCa.secretName=ca,extAuthz.issuerCa.configMapName=ca": "issuerCa",
            "extAuthz.issuerCa.key=../ca.crt": "key",
            "extAuthz.revocation.enabled=true": "SecretName",
            "extAuthz.revocation.lifetime=forever": "lifetime",
            "extAuthz.valkey.url=http://store": "url",
            "extAuthz.valkey.url=valkey://user:secret@store": "url",
            "extAuthz.valkey.user=portcullis": "name",
            "extAuthz.valkey.timeout=20": "timeout",
            "extAuthz.valkey.proofsWithout=allow": "proofsWithout",
            "extAuthz.valkey.secretRef.name=A_b": "name",
        }.items():
            with self.subTest(value):
                refused = self.render("--set", value)
                self.assertNotEqual(0, refused.returncode)
                self.assertIn(complaint, refused.stderr)

    def test_routes_of_a_gateway_that_contradict_each_other_are_refused(self) -> None:
        for second, complaint in {
            '{"host": "a.example.org", "service": "shop/carts", "port": 80}': "host a.example.org leads to two Services",
            '{"host": "b.example.org", "service": "shop/orders", "port": 81}': "shop/orders is named with two ports",
        }.items():
            with self.subTest(second):
                routes = f'[{{"host": "a.example.org", "service": "shop/orders", "port": 80}}, {second}]'
                refused = self.render("--set", "gateway.enabled=true", "--set-json", f"gateway.routes={routes}")
                self.assertNotEqual(0, refused.returncode)
                self.assertIn(complaint, refused.stderr)

    def test_clients_of_a_gateway_show_certificates_over_tls_only(self) -> None:
        route = '[{"host":"a.example.org","service":"shop/orders","port":80}]'
        for values, missing in (
            ("gateway.clients.caSecretName=partners", "gateway.tls.secretName"),
            ("gateway.clients.required=true", "gateway.clients.caSecretName"),
            ("gateway.clients.revocations=true", "gateway.clients.caSecretName"),
        ):
            with self.subTest(values):
                refused = self.render("--set", "gateway.enabled=true", "--set-json", f"gateway.routes={route}", "--set", values)
                self.assertNotEqual(0, refused.returncode)
                self.assertIn(missing, refused.stderr)

    def test_a_gateway_starts_with_what_it_is_for(self) -> None:
        deployment = next(text for text in self.objects("--values", str(GOLDEN / "gateway.values.yaml"))
                          if "kind: Deployment" in text and "\n  name: gateway\n" in text)
        argument = next(line for line in deployment.splitlines() if line.strip().startswith('- "{'))
        bootstrap = json.loads(json.loads(argument.strip()[2:]).replace("$$", "$"))
        own = bootstrap["node"]["metadata"]["portcullis"]
        self.assertEqual([("bank", "ledger", 9000), ("shop", "orders", 80)],
                         [(each["namespace"], each["service"], each["port"]) for each in own["upstreams"]])
        self.assertEqual(["api.example.org", "www.example.org"], own["upstreams"][1]["hosts"])
        for placeholder in ("what the gateway is for", "release-namespace", "1234567890"):
            self.assertNotIn(placeholder, argument)

    def test_every_pod_is_restricted(self) -> None:
        edge = str(GOLDEN / "gateway.values.yaml")
        pods = [text for text in self.objects("--set", "tests.image=x", "--values", edge) if "\n      containers:" in text or "\n  containers:" in text]
        self.assertEqual(4, len(pods))
        for text in pods:
            for line in (
                "allowPrivilegeEscalation: false",
                "drop: [ALL]" if "drop: [ALL]" in text else "- ALL",
                "readOnlyRootFilesystem: true",
                "runAsNonRoot: true",
                "type: RuntimeDefault",
            ):
                self.assertIn(line, text)
            self.assertNotRegex(text, r"hostNetwork|hostPID|hostPath|privileged: true")

    def test_secrets_are_granted_by_name_and_in_roles_only(self) -> None:
        objects = self.objects("--values", str(GOLDEN / "all-features.values.yaml"))
        granting = [text for text in objects if re.search(r"resources: \[[^]]*\bsecrets\b|- secrets$", text, re.MULTILINE)]
        self.assertTrue(granting)
        for text in granting:
            self.assertIn("\nkind: Role\n", f"\n{text}")
            self.assertIn("resourceNames:", text)
        for text in objects:
            self.assertNotRegex(text, r"""(apiGroups|resources|verbs): \[["']?\*|\b(escalate|impersonate)\b""")

    def test_nothing_is_rendered_that_changes_from_day_to_day(self) -> None:
        for template in CHART.joinpath("templates").rglob("*"):
            if template.is_file():
                self.assertNotRegex(template.read_text(encoding="utf-8"), r"\b(now|rand[A-Z]\w*|uuidv4|genCA|genSigned\w*|lookup|date)\b[^:]*}}")

    def test_the_reference_page_has_every_value(self) -> None:
        schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
        page = REFERENCE_HEAD + "".join(f"| `{name}` | {what} |\n" for name, what in described(schema, ""))
        if UPDATE:
            REFERENCE.write_text(page, encoding="utf-8")
        self.assertEqual(REFERENCE.read_text(encoding="utf-8"), page, "see GOLDEN_UPDATE=1 above")

    def test_every_value_has_a_default_and_is_described(self) -> None:
        schema = (CHART / "values.schema.json").read_text(encoding="utf-8")
        values = (CHART / "values.yaml").read_text(encoding="utf-8")
        for name in re.findall(r"^ *([a-zA-Z]+):", values, re.MULTILINE):
            if name not in {"matchLabels", "requests", "limits", "cpu", "memory", "names", "namespace"}:
                self.assertIn(f'"{name}"', schema)


def described(schema: dict, prefix: str) -> list[tuple[str, str]]:
    """Every value below a schema, with what its description says and what its enumeration allows."""
    rows = []
    for name, value in schema["properties"].items():
        if "properties" in value:
            rows += described(value, f"{prefix}{name}.")
        else:
            choices = "".join(f" `{choice}`" for choice in value.get("enum", []))
            rows.append((prefix + name, value["description"] + (f" One of{choices}." if choices else "")))
    return rows


if __name__ == "__main__":
    unittest.main()
