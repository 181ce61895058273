"""Where the parts leave what they measured: a folder each, with an outcome and lines of JSON."""

from __future__ import annotations

import datetime
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.engines import ROOT

Line = dict[str, Any]


class Results:
    """The parts' folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, part: str, lines: Iterable[Line]) -> Iterator[Line]:
        """Write a part's lines as they come, in the place of those of its last run."""
        folder = self._folder / part
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "outcome.json").write_text(json.dumps(outcome(), indent=1))
        with (folder / "lines.jsonl").open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps({"part": part, **line}) + "\n")
                file.flush()
                yield line

    def lines(self) -> list[Line]:
        """What all parts have left."""
        files = sorted(self._folder.glob("*/lines.jsonl"))
        return [json.loads(text) for file in files for text in file.read_text().splitlines()]

    def outcomes(self) -> dict[str, Line]:
        """When each part began, and with what."""
        files = sorted(self._folder.glob("*/outcome.json"))
        return {file.parent.name: json.loads(file.read_text()) for file in files}


def outcome() -> Line:
    """What a run depends on."""
    pulumi = shutil.which("pulumi")
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": _said("git", "rev-parse", "--short", "HEAD"),
        "versions": {
            "pulumi-mlregistry": metadata.version("pulumi-mlregistry"),
            "Python": platform.python_version(),
            "pulumi CLI": _said(pulumi, "version").removeprefix("v") if pulumi else "not on PATH",
            "pulumi SDK": metadata.version("pulumi"),
            "machine": f"{platform.system()}, {os.cpu_count()} cores",
        },
    }


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout.strip() or "?"
