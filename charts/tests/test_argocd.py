# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What Argo CD would say of our resources: the health script runs in the Lua that Argo CD uses."""

from __future__ import annotations

import os
import subprocess
import tempfile
import textwrap
import unittest
from pathlib import Path

ARGOCD = Path(__file__).resolve().parents[1] / "portcullis/argocd"
LUA = "github.com/yuin/gopher-lua/cmd/glua@v1.1.1"


def condition(kind: str, status: str, reason: str = "Reason") -> dict:
    return {"type": kind, "status": status, "reason": reason, "message": "why"}


def policy(*conditions: dict, generation: int = 2, observed: int = 2) -> dict:
    return {"metadata": {"generation": generation}, "status": {"observedGeneration": observed, "conditions": list(conditions)}}


ACCEPTED = [condition("Accepted", "True"), condition("ResolvedRefs", "True")]
CASES = {
    "not seen yet": ({"metadata": {"generation": 1}}, "Progressing"),
    "seen in an older version": (policy(*ACCEPTED, condition("Programmed", "True"), observed=1), "Progressing"),
    "does not compile": (policy(condition("Accepted", "False", "Invalid")), "Degraded"),
    "names what is not there": (policy(condition("Accepted", "True"), condition("ResolvedRefs", "False")), "Degraded"),
    "on its way": (policy(*ACCEPTED, condition("Programmed", "False", "Pending")), "Progressing"),
    "refused by Envoy": (policy(*ACCEPTED, condition("Programmed", "False", "EnvoyRejected")), "Degraded"),
    "in force": (policy(*ACCEPTED, condition("Programmed", "True")), "Healthy"),
    "in force and walked around": (policy(*ACCEPTED, condition("Programmed", "True"), condition("Enforced", "False")), "Degraded"),
    "for a workload that comes later": (policy(*ACCEPTED, condition("Programmed", "Unknown", "NoProxies")), "Healthy"),
    "a key in use": (policy(condition("Ready", "True")), "Healthy"),
    "a key that was revoked": (policy(condition("Ready", "False", "Revoked")), "Degraded"),
}


def literal(value: object) -> str:
    """A Lua expression."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{literal(name)}] = {literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(literal, value)) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


class ArgoCdTest(unittest.TestCase):
    def test_health_is_what_the_conditions_say(self) -> None:
        script = (ARGOCD / "health.lua").read_text(encoding="utf-8")
        lines = [f"local function health(obj)\n{script}\nend"]
        lines += [f"local told = health({literal(resource)})\nprint(told.status)\nassert(told.message)" for resource, _ in CASES.values()]
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "cases.lua"
            file.write_text("\n".join(lines), encoding="utf-8")
            environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
            ran = subprocess.run(["go", "run", LUA, str(file)], cwd=scratch, env=environment, capture_output=True, check=False, text=True)
        self.assertEqual(0, ran.returncode, ran.stderr)
        told = dict(zip(CASES, ran.stdout.split()))
        self.assertEqual({name: expected for name, (_, expected) in CASES.items()}, told)

    def test_the_config_map_holds_this_script_for_every_kind(self) -> None:
        text = (ARGOCD / "argocd-cm.yaml").read_text(encoding="utf-8")
        script = textwrap.indent((ARGOCD / "health.lua").read_text(encoding="utf-8"), "    ")
        for kind in ("ApiPolicy", "RateLimitPolicy", "BotPolicy", "ApiKey"):
            self.assertIn(f"  resource.customizations.health.portcullis.dev_{kind}: |\n{script}", text)


if __name__ == "__main__":
    unittest.main()
