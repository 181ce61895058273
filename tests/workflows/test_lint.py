"""The workflows and scripts of the examples are as their linters ask."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKFLOWS = sorted((EXAMPLES / "github-actions").glob("*.yml"))
FOLDERS = (EXAMPLES / "ci-scripts", EXAMPLES / "github-actions")
SCRIPTS = sorted(path for folder in FOLDERS for path in folder.glob("*.sh"))


def linter(name: str) -> str:
    """Its path; a skip where it is not installed: the locked environment has it."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed here: ./scripts/test installs it")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def audited(*files: Path) -> subprocess.CompletedProcess[str]:
    return run(linter("zizmor"), "--offline", "--no-config", "--persona=auditor", *files)


def test_no_audit_has_a_finding_in_the_workflows():
    ran = audited(*WORKFLOWS)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(WORKFLOWS) == 3


@pytest.mark.parametrize(
    ("safe", "unsafe", "audit"),
    [
        ("  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("run: ci/preview.sh", "run: echo ${{ github.head_ref }}", "template-injection"),
        (r"checkout@\w{40} # v7.0.1", "checkout@v7", "unpinned-uses"),
        ("persist-credentials: false", "persist-credentials: true", "artipacked"),
    ],
)
def test_an_audit_would_find_what_the_workflows_avoid(safe, unsafe, audit, tmp_path):
    text, count = re.subn(safe, unsafe, (EXAMPLES / "github-actions/preview.yml").read_text())
    assert count
    (tmp_path / "preview.yml").write_text(text)
    assert audit in audited(tmp_path / "preview.yml").stdout


def test_the_workflows_are_valid_and_bounded_in_time():
    check = linter("check-jsonschema")
    for schema in ("vendor.github-workflows", "custom.github-workflows-require-timeout"):
        ran = run(check, "--builtin-schema", schema, *WORKFLOWS)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_scripts_are_plain_posix_shell():
    ran = run(linter("shellcheck"), "-x", "-P", "SCRIPTDIR", *SCRIPTS)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert all(path.read_text().startswith(("#!/bin/sh\n", "# shellcheck")) for path in SCRIPTS)


def test_the_workflows_call_scripts_that_are_there_and_can_be_run():
    called = {
        name for path in WORKFLOWS for name in re.findall(r"\bci/([\w-]+\.sh)", path.read_text())
    }
    there = {path.name: path for path in SCRIPTS if path.stat().st_mode & 0o111}
    assert called == set(there)
