"""Reviews of previews made now: by the local engine, and by Pulumi's through both doors."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs.stacks import has_pulumi
from pulumi_mlregistry import sandbox
from pulumi_mlregistry.cli import main
from pulumi_mlregistry.review.model import Fate, Review

from .previews import review
from .scene import FIXTURES, SECRETS, Scene, cleaned

RECORD = "MLREGISTRY_RECORD_PREVIEWS"
"""Set to keep what Pulumi's engine prints as the recordings of `test_recorded`."""


@pytest.fixture
def box() -> Iterator[sandbox.Sandbox]:
    """Registries of the test's own: its objects have fixed names."""
    with sandbox.start() as started:
        yield started


def _expected(made: Review) -> None:
    fates = {item.logical: item.fate for item in made.items}
    assert {fates[name] for name in ("risk", "fraud", "entity")} == {Fate.UPDATE}
    assert fates["taken"] is Fate.ADOPT
    assert fates["met"] is Fate.CREATE
    assert fates["version"] is Fate.REPLACE
    assert fates["old"] is Fate.DELETE
    items = {item.logical: item for item in made.items}
    conflicts = {name: len(item.conflicts) for name, item in items.items() if item.conflicts}
    assert conflicts == {"fraud": 1, "entity": 1, "met": 1}
    changed = {row.name for group in items["entity"].groups for row in group.rows}
    assert changed == {"description", "apiEndpoint.apiKey", "team"}
    assert len(made.registries) == 3
    assert made.same == 1


def test_a_preview_of_the_local_engine_goes_through_the_command(
    warm: None,
    box: sandbox.Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scene = Scene(box, "local", tmp_path / "stack")
    scene.happen()
    text = scene.preview()
    _expected(review(text))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    page = tmp_path / "review.html"
    assert main(["review", "--html", str(page), "--fail-on", "delete"]) == 1
    for written in (text, capsys.readouterr().out, page.read_text()):
        assert not any(secret in written for secret in SECRETS)


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: recorded previews were reviewed")
@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_a_preview_of_pulumis_own_engine(box: sandbox.Sandbox, tmp_path: Path, door: str) -> None:
    scene = Scene(box, "pulumi", tmp_path / "stack", plugin=door == "plugin")
    scene.happen()
    printed = {door: scene.preview()}
    if os.environ.get(RECORD) and door == "plugin":
        printed["plugin-events"] = scene.preview(PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")
    for name, text in printed.items():
        _expected(review(text))
        if os.environ.get(RECORD):
            (FIXTURES / f"{name}.json").write_text(cleaned(text, box))
