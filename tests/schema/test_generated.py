"""What is generated from the field tables is what is committed, and Pulumi accepts it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pulumi_mlregistry
from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.schema.classes import modules
from pulumi_mlregistry.schema.package import render
from pulumi_mlregistry.schema.pages import pages

ROOT = Path(__file__).parents[2]
PACKAGE = Path(pulumi_mlregistry.__file__).parent


def _formatted(text: str, name: str) -> str:
    for command in (["check", "--fix", "--quiet", "--exit-zero"], ["format", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(PACKAGE / name), "-"],
            input=text,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
        text = done.stdout
    return text


def test_schema_json_is_what_the_field_tables_say():
    committed = (ROOT / "schema.json").read_text(encoding="utf-8")
    assert committed == render(), "stale: run scripts/generate"


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_python_module_is_what_the_field_tables_say(name):
    committed = (PACKAGE / name).read_text(encoding="utf-8")
    assert committed == _formatted(modules()[name], name), "stale: run scripts/generate"


@pytest.mark.parametrize("name", sorted(pages(ROOT)))
def test_a_page_is_what_the_field_tables_say(name):
    committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert committed == pages(ROOT)[name], "stale: run scripts/generate"


def test_every_secret_of_a_table_is_a_secret_in_the_schema():
    schema = json.loads(render())
    endpoint = schema["types"]["mlregistry:nemo:ApiEndpoint"]["properties"]
    assert endpoint["apiKey"]["secret"] is True
    assert schema["config"]["variables"]["mlflowToken"]["secret"] is True


def test_every_argument_of_a_class_says_what_it_is():
    for kind in KINDS.values():
        undocumented = [c.attr for c in tables.columns(kind.table) if not c.doc]
        assert undocumented == []


@pytest.mark.skipif(
    shutil.which("pulumi") is None, reason="no pulumi on PATH: the local engine alone was used"
)
def test_pulumi_accepts_the_schema_and_generates_sdks_from_it(tmp_path):
    for arguments in (
        ["get-schema", str(ROOT / "schema.json")],
        ["gen-sdk", str(ROOT / "schema.json"), "--language", "python", "--out", str(tmp_path)],
    ):
        done = subprocess.run(
            ["pulumi", "package", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
