"""What is told of gates, failures, secrets and resources of others; and the command itself."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from pulumi_mlregistry.cli import main
from pulumi_mlregistry.review.marks import GATE_FAILED, GATE_PASSED

from .previews import PREFIX, both, digest, entity, recorded, review, told

CHANGE = entity("update", {"description": "a"}, {"description": "b"})


def test_gates_stand_on_their_object_by_urn_and_by_name() -> None:
    lines = [
        told(f"{GATE_PASSED}accuracy 0.93 >= 0.9"),
        {"message": f"model entity default/m: {GATE_FAILED}bias 0.2 > 0.1", "severity": "error"},
    ]
    made = review(digest([CHANGE], *lines))
    assert made.items[0].passed == ["accuracy 0.93 >= 0.9"]
    assert made.items[0].failed == ["bias 0.2 > 0.1"]
    markdown, page = both(digest([CHANGE], *lines))
    assert "1 gate passed · 1 gate failed" in markdown.splitlines()[0]
    assert "- **gate failed** <code>bias 0.2 &#62; 0.1</code>" in markdown
    assert "<b>gate passed</b>accuracy 0.93 &gt;= 0.9" in page


def test_a_preview_that_failed_says_so_first_and_names_the_object() -> None:
    markdown, page = both(digest([], told("error: description is too long\n", "error")))
    assert markdown.splitlines()[0].startswith("**The preview failed; what follows may not be all:")
    assert "1 error" in markdown.splitlines()[0]
    assert "- **error** `description is too long`" in markdown
    assert "<h1>The preview failed</h1>" in page


def test_what_quotes_an_adoption_is_no_adoption() -> None:
    line = (
        "model entity default/m: it exists already and is not this resource's; up will leave it as "
        "it is (changes: description: 'is taken over by the next up' => 'x')"
    )
    found = review(digest([entity("create", None, {})], {"message": line, "severity": "info"}))
    assert found.items[0].adoption == []
    assert len(found.items[0].conflicts) == 1


def test_a_replacement_under_one_name_says_what_is_lost() -> None:
    old, new = {"project": "a"}, {"project": "b", "allowRecreate": True}
    item = review(digest([entity("replace", old, new)])).items[0]
    assert "project: cannot be changed" in item.why[0]
    assert item.lost.endswith("created anew under the same name; lost: its adapters")


def test_secrets_in_the_clear_are_concealed_all_the_same() -> None:
    old = {"apiEndpoint": {"url": "https://a.example.com", "apiKey": "canary-first"}}
    new = {"apiEndpoint": {"url": "https://a.example.com", "apiKey": "canary-second"}}
    signed = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": '"canary-third"',
        "value": "canary-third",
    }
    steps = [
        entity("update", old, new),
        entity("update", {"description": signed}, {"description": "canary-third, said"}, "n"),
        entity("create", None, {**new, "description": signed}, "o"),
    ]
    lines = [told("canary-second is wrong", "error"), told("canary-third too", "warning", "n")]
    for text in both(digest(steps, *lines)):
        assert "canary" not in text
        assert "apiEndpoint.apiKey" in text
        assert "secret, changed" in text


def test_resources_of_others_show_where_they_differ_and_never_what() -> None:
    bucket = {
        "op": "update",
        "urn": f"{PREFIX}aws:s3:Bucket::artifacts",
        "oldState": {"id": "b", "inputs": {"acl": "canary-old", "tags": {}}},
        "newState": {"id": "b", "inputs": {"acl": "canary-new", "tags": {}}},
    }
    for text in both(digest([bucket])):
        assert "artifacts" in text
        assert "acl" in text
        assert "canary" not in text
        assert "tags" not in text


def test_values_that_no_provider_wrote_are_compared_all_the_same() -> None:
    odd = entity(
        "update", {"customFields": 5, "spec": [1]}, {"customFields": "x", "spec": {"a": 1}}
    )
    odd["oldState"]["outputs"]["__applied"] = {"customFields/a": "", "spec": ""}
    assert "customFields" in both(digest([odd]))[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"steps": [1]}', "3", '{"a": 1}\n{"b": 2}'])
def test_what_is_no_preview_is_one_line_and_exit_code_1(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.json").write_text(text)
    assert main(["review", str(tmp_path / "in.json")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: the input is ")
    assert "expected what `pulumi preview --json`" in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "no-such.json"]) == 1
    assert capsys.readouterr().err == "error: no-such.json: No such file or directory\n"


@pytest.mark.parametrize("reason", ["conflict", "replace", "delete"])
def test_fail_on_ends_with_1_after_writing(
    reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = recorded("dynamic").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["review", "--fail-on", "gate", "--fail-on", reason]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("**")
    assert err == f"error: --fail-on: the preview has {reason}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(digest([CHANGE]).encode())))
    assert main(["review", "--fail-on", "gate", "--fail-on", reason]) == 0


def test_fail_on_gate_needs_one_that_failed(tmp_path: Path) -> None:
    file = tmp_path / "in.json"
    file.write_text(digest([CHANGE], told(f"{GATE_PASSED}fine")))
    assert main(["review", str(file), "--fail-on", "gate"]) == 0
    file.write_text(digest([CHANGE], told(f"{GATE_FAILED}not fine", "error")))
    assert main(["review", str(file), "--fail-on", "gate"]) == 1
    assert main(["review", str(file)]) == 0, "a review was written"


def test_nothing_to_change_is_said_in_one_line() -> None:
    assert both(json.dumps({"steps": [], "diagnostics": [], "changeSummary": {"same": 3}}))[0] == (
        "**3 unchanged**\n"
    )
