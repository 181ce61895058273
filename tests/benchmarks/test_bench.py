"""The command that measures: it works, counts right, and its report has what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
COUNT = 20
"""Objects in the quick form; a service is beside them."""


def bench(folder: Path, *arguments: str, pulumi: bool = False) -> subprocess.CompletedProcess[str]:
    path = os.environ["PATH"].split(os.pathsep)
    if not pulumi:
        path = [each for each in path if not (Path(each) / "pulumi").exists()]
    places = ["--results", str(folder / "results"), "--report", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments, *places],
        cwd=ROOT,
        env={**os.environ, "PATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def lines_of(folder: Path, part: str, provider: str = "product") -> list[dict[str, Any]]:
    text = (folder / "results" / part / "lines.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line.get("provider") == provider]


def requests_of(folder: Path, provider: str) -> dict[str, dict[str, int]]:
    found = lines_of(folder, "local", provider)
    return {x["operation"]: x["requests"] for x in found if "requests" in x}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    done = bench(folder, "--quick", "core", "local")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1/1 floor, naive, product: dynamic door, local engine, 20" in done.stdout
    return folder


def test_each_provider_asks_the_registry_what_it_is_there_to_ask(run: Path) -> None:
    nothing: dict[str, int] = {}
    floor, naive = requests_of(run, "floor"), requests_of(run, "naive")
    assert floor == {"create": nothing, "no-op up": nothing, "refresh": nothing}
    assert naive["create"] == {"POST": COUNT + 1}
    assert naive["refresh"] == {"GET": COUNT + 1}
    product = requests_of(run, "product")
    assert product["create"]["POST"] == COUNT + 1
    assert naive["no-op up"] == product["no-op up"] == nothing
    assert product["refresh"]


def test_a_line_says_what_an_operation_cost(run: Path) -> None:
    create, exported, *_ = lines_of(run, "local")
    assert (create["operation"], exported["operation"]) == ("create", "export")
    assert (create["count"], create["engine"], create["door"]) == (COUNT, "local", "dynamic")
    assert create["seconds"] > 0
    assert create["state"] == exported["bytes"] > COUNT * 1000
    assert 0 < create["at_once"] <= create["connections_at_once"]
    if Path("/proc").is_dir():
        assert create["cpu"] > 0
        assert create["program"] > 0
        assert create["memory"] <= create["peak"]
        assert 10 * 2**20 < create["peak"] < 2**30
    naive = next(x for x in lines_of(run, "local", "naive") if x["operation"] == "refresh")
    assert naive["connections"] == COUNT + 1


def test_the_report_has_a_row_for_each_provider_and_a_section_for_each_figure(run: Path) -> None:
    text = (run / "benchmarks.md").read_text()
    sections = dict(re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", text))
    assert set(sections) == {
        "At a glance",
        "Seconds",
        "Processor time of the provider",
        "Processor time of the program",
        "Requests",
        "State and memory",
        "Load",
        "Calls",
    }
    for provider in ("floor", "naive", "product"):
        assert f"| local, dynamic | 20 | {provider} |" in sections["Seconds"]
    assert "| local, dynamic | 20 | naive |  | 21 POST |" in sections["Requests"]
    assert "no-op up, times the floor's: 20; local, dynamic" in sections["At a glance"]
    assert "diff (unchanged): core" in sections["At a glance"]


def test_the_core_is_measured_call_by_call(run: Path) -> None:
    calls = {line["call"]: line["ms"] for line in lines_of(run, "core")}
    assert set(calls) == {"check (new)", "check (unchanged)", "diff (unchanged)"}
    assert all(ms > 0 for ms in calls.values())


def test_a_report_is_made_again_from_what_is_there(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run / "results", tmp_path / "results")
    kept = tmp_path / "results" / "local" / "lines.jsonl"
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    more = [{**line, "count": 100} for line in lines]
    kept.write_text("".join(json.dumps(line) + "\n" for line in lines + more))
    assert bench(tmp_path, "--write").returncode == 0
    assert "benchmarks.svg" in (tmp_path / "benchmarks.md").read_text()
    drawing = ElementTree.parse(tmp_path / "benchmarks.svg").getroot()
    texts = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"floor", "naive", "product", "100"} <= set(texts)


def test_a_part_that_there_is_not_is_an_error_that_lists_them(tmp_path: Path) -> None:
    done = bench(tmp_path, "flor")
    assert done.returncode == 2
    assert "no part flor; there are imports, core, servers, local" in done.stderr


@pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: local engine alone")
def test_the_plugin_is_measured_on_pulumis_engine(tmp_path: Path) -> None:
    done = bench(tmp_path, "--quick", "plugin", pulumi=True)
    assert done.returncode == 0, done.stdout + done.stderr
    created = lines_of(tmp_path, "plugin")[0]
    assert (created["engine"], created["door"]) == ("pulumi", "plugin")
    assert created["requests"]["POST"] == COUNT + 1
    assert created["state"] > COUNT * 1000
    assert created["peak"] > 10 * 2**20


def test_each_doors_server_is_measured_without_an_engine(tmp_path: Path) -> None:
    done = bench(tmp_path, "--quick", "servers")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = lines_of(tmp_path, "servers")
    places = {(x["provider"], x["door"], x["call"]) for x in lines}
    assert ("product", "plugin", "diff (unchanged)") in places
    assert ("product", "dynamic", "check (new)") in places
    assert len(places) == len(lines) == 2 * 5
