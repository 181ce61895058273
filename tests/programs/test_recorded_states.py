"""A state that a version of this package has left plans nothing, for this version and all later."""

from __future__ import annotations

import pytest

from pulumi_mlregistry import sandbox

from .recorded import RECORDED, STATES, Recording, recordings, stack_of
from .stacks import has_pulumi
from .test_kills import WHOLE
from .twenty import KINDS

RECORDINGS = {f"{r.folder.parent.name} {r.folder.name}": r for r in recordings()}
ON_PULUMI = [name for name in RECORDINGS if WHOLE or name.endswith("-pulumi")]
ON_LOCAL = [name for name in RECORDINGS if "plugin-" not in name]  # which runs no plugins
SECRETS = ("recorded-password", "recorded-key", "recorded-description")


def test_each_version_has_a_state_of_each_engine():
    versions = [folder for folder in STATES.iterdir() if folder.is_dir()]
    assert versions
    for version in versions:
        assert {f.name for f in version.iterdir()} >= set(RECORDED)


@pytest.mark.parametrize("name", ON_LOCAL)
def test_a_recorded_state_plans_nothing(name, tmp_path):
    _plans_nothing("local", RECORDINGS[name], tmp_path)


@pytest.mark.skipif(not has_pulumi(), reason="no pulumi on PATH: the local engine alone was used")
@pytest.mark.parametrize("name", ON_PULUMI)
def test_a_recorded_state_plans_nothing_on_pulumi_itself(name, tmp_path):
    _plans_nothing("pulumi", RECORDINGS[name], tmp_path)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recorded_state_holds_no_secret_in_the_clear(name):
    recorded = RECORDINGS[name]
    text = (recorded.folder / "state.json").read_text()
    assert all(secret in recorded.program for secret in SECRETS)
    assert [secret for secret in SECRETS if secret in text] == []
    assert "ciphertext" in text


def _plans_nothing(engine: str, recording: Recording, folder) -> None:
    with sandbox.start(registries=KINDS) as started:
        name = recording.folder.name
        stack = stack_of(name, folder / "stack", started.environment, engine)
        (stack.folder / "__main__.py").write_text(recording.program)
        state = recording.seed(started.servers)
        stack.take_over(state)
        planned = stack.preview()
        assert set(planned.counts) == {"unchanged"}, planned.text
        refreshed = stack.refresh()
        assert "was changed outside" not in refreshed.text
        for server in started.servers.values():
            server.clear()
        assert set(stack.up().counts) == {"unchanged"}
        assert [server.log() for server in started.servers.values()] == [[], [], []]
