"""The subcommands and what they print."""

from __future__ import annotations

import argparse
import json

import pytest

from pulumi_mlregistry.localengine import commands

from .conftest import Sandbox


@pytest.fixture
def run(toys: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for key, value in toys.env.items():
        monkeypatch.setenv(key, value)
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers(required=True))

    def run_command(*arguments: str) -> tuple[int, str, str]:
        args = parser.parse_args([*arguments[:1], *arguments[1:], "-C", str(toys.folder)])
        code = args.run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


def test_the_output_reads_like_pulumis_and_says_what_it_is(toys: Sandbox, run) -> None:
    toys.program('a = Toy("a", color="red", tags={"k": "v"}); pulumi.export("shout", a.shout)')
    code, out, _ = run("preview", "--diff")
    assert code == 0
    first, second = out.splitlines()[:2]
    assert first.startswith("mlregistry's local engine (not Pulumi)")
    assert second == "Previewing update (dev):"
    assert " +  pulumi-python:dynamic/toy:Toy a create\n" in out
    assert '       tags: {"k": "v"}\n' in out
    assert "  + shout: [unknown]\n" in out
    assert "Resources:\n    + 2 to create\n" in out
    assert "__provider" not in out
    assert run("up", "--yes")[0] == 0
    toys.program('a = Toy("a", color="blue", tags={"k": "w"}); pulumi.export("shout", a.shout)')
    code, out, err = run("preview", "--expect-no-changes")
    assert code == 1
    assert "no changes were expected, and there are some: a" in err
    assert " ~  pulumi-python:dynamic/toy:Toy a update [diff: ~color,~tags]\n" in out
    assert '     ~ color : "red" => "blue"\n     ~ tags.k: "v" => "w"\n' in out
    assert "    ~ 1 to update\n    1 unchanged\n" in out
    code, out, _ = run("preview", "--json")
    step = next(s for s in json.loads(out)["steps"] if s["urn"].endswith("::a"))
    assert step["op"] == "update"
    assert step["detailedDiff"]["color"] == {"kind": "update", "inputDiff": True}
    assert step["oldState"]["inputs"]["color"] == "red"
    assert step["newState"]["inputs"]["color"] == "blue"
    toys.program('a = Toy("a", name="a2"); pulumi.export("shout", a.shout)')
    code, out, _ = run("up")
    assert " +- pulumi-python:dynamic/toy:Toy a replaced [diff: -color,~name,-tags]\n" in out
    assert '~ name : "a" => "a2" (forces replacement)\n' in out
    assert run("up", "--expect-no-changes")[0] == 0
    assert run("destroy")[1].count("deleted") == 3


def test_configuration_outputs_and_exports_have_their_commands(toys: Sandbox, run) -> None:
    assert run("config", "set", "--secret", "token", "hunter2")[0] == 0
    assert run("config", "set", "plain", "v")[0] == 0
    assert "hunter2" not in (toys.folder / "Pulumi.dev.yaml").read_text()
    toys.program("""
        config = pulumi.Config()
        pulumi.export("token", config.require_secret("token"))
        pulumi.export("plain", config.require("plain"))
    """)
    assert run("up")[0] == 0
    assert run("stack", "output")[1] == "plain: v\ntoken: [secret]\n"
    assert run("stack", "output", "token", "--show-secrets")[1] == "hunter2\n"
    assert json.loads(run("stack", "output", "--json")[1]) == {"plain": "v", "token": "[secret]"}
    assert run("stack", "output", "none")[2] == "error: stack dev has no output none\n"
    document = json.loads(run("export")[1])
    assert document["version"] == 3
    assert "hunter2" not in json.dumps(document)


def test_an_error_is_one_line_without_a_traceback(toys: Sandbox, run) -> None:
    (toys.folder / "Pulumi.yaml").unlink()
    code, _, err = run("preview")
    assert code == 1
    assert err == (
        f"error: no Pulumi.yaml in {toys.folder}: run in a program folder, or name it with -C\n"
    )
