"""The program of the plugin's examples, played at the protocol: what its YAML says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from plugin.engine import Stack
from pulumi_mlregistry.dynamic.values import PROVIDER

ROOT = Path(__file__).parent.parent.parent
PROGRAM = yaml.safe_load((ROOT / "examples" / "plugin-yaml" / "Pulumi.yaml").read_text())


def _resolved(value: Any, known: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        return {k: _resolved(v, known) for k, v in value.items()}
    if not isinstance(value, str):
        return value

    def found(match: re.Match[str]) -> str:
        name, _, output = match[1].partition(".")
        return str(known[name][output or "default"])

    return re.sub(r"\$\{([^}]+)\}", found, value)


def test_the_program_in_yaml_comes_and_goes(stack: Stack) -> None:
    known = dict(PROGRAM["config"])
    program: dict[str, tuple[str, dict[str, Any]]] = {}
    for logical, resource in PROGRAM["resources"].items():
        kind = resource["type"].removeprefix("mlregistry:")
        program[logical] = (kind, _resolved(resource["properties"], known))
        stack.up(program)
        known[logical] = stack.resources[logical].outputs
    assert _resolved(PROGRAM["outputs"], known) == {
        "version": "1",
        "reference": "default/fraud-detector",
    }
    assert set(stack.up(program).values()) == {"same"}
    assert set(stack.up({}).values()) == {"delete"}


def test_the_programs_in_all_languages_declare_the_same() -> None:
    schema = json.loads((ROOT / "schema.json").read_text())
    python = (ROOT / "examples" / "plugin-python" / "__main__.py").read_text()
    typescript = (ROOT / "examples" / "plugin-typescript" / "index.ts").read_text()
    for logical, resource in PROGRAM["resources"].items():
        _, module, name = resource["type"].split(":")
        assert resource["type"] in schema["resources"]
        assert f'mlregistry.{module}.{name}(\n    "{logical}",' in python
        assert f'new mlregistry.{module}.{name}("{logical}", {{' in typescript
        for key, value in resource["properties"].items():
            assert key in schema["resources"][resource["type"]]["inputProperties"]
            assert f"{key}: " in typescript
            if isinstance(value, str) and "$" not in value:
                assert f'"{value}"' in python
                assert f'"{value}"' in typescript
    assert PROVIDER not in python
