"""What PATCH does in both forms, measured on 1.2 and not covered by the recordings."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.openmetadata.registry import (
    MODELS,
    PATCH,
    Registry,
    add,
    change,
    fqns,
    message,
    ref,
    remove,
)

T1 = {"tagFQN": "Stage.Draft"}
T2 = {"tagFQN": "Stage.Approved"}
MISSING = "00000000-0000-0000-0000-000000000000"


def test_patch_removes_tags(either: Registry) -> None:
    either.put_model(tags=[T1])
    assert change(either.patch(add("/tags", [T2]))) == "entityUpdated"
    assert fqns(either.model()["tags"]) == ["Stage.Approved"]
    assert change(either.patch(remove("/tags"))) == "entityUpdated"
    assert either.model()["tags"] == []


def test_what_identifies_an_entity_is_silently_ignored_in_a_patch(either: Registry) -> None:
    answer = either.patch(
        add("/name", "other"),
        add("/id", MISSING),
        add("/fullyQualifiedName", "x.y"),
        add("/version", 9.9),
        add("/service", ref("mlmodelService", "other")),
    )
    assert change(answer) == "entityNoChange"
    assert either.model()["fullyQualifiedName"] == "s.m"


def test_removing_the_algorithm_by_patch_is_no_change_though_the_answer_lacks_it(
    either: Registry,
) -> None:
    answer = either.patch(remove("/algorithm"))
    assert change(answer) == "entityNoChange"
    assert "algorithm" not in answer.json()
    assert either.model()["algorithm"] == "KMeans"


def test_deleted_cannot_be_patched(either: Registry) -> None:
    answer = either.patch(add("/deleted", True))
    assert (answer.status_code, message(answer)) == (
        400,
        "mlmodel attribute deleted can't be modified",
    )


def test_an_unknown_field_in_a_patch_is_refused(either: Registry) -> None:
    answer = either.patch(add("/bogus", 1))
    assert answer.status_code == 400
    assert "[Source: UNKNOWN; byte offset: #UNKNOWN]" in message(answer)


def test_several_fields_in_one_patch_are_one_version(either: Registry) -> None:
    either.patch(add("/description", "d"), add("/displayName", "D"), add("/tags", [T1]))
    assert either.model()["version"] == 0.2


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/extension/costCenter", "contains no value for name 'extension'"),
        ("/displayName", "contains no value for name 'displayName'"),
        ("nothing", "could not be applied"),
        ("/tags/7", "could not be applied"),
    ],
)
def test_a_patch_of_what_is_not_there_is_a_500(either: Registry, path: str, complaint: str) -> None:
    answer = either.patch(remove(path))
    assert answer.status_code == 500
    assert complaint in message(answer)


@pytest.mark.parametrize("operations", [{}, ["x"], [{"op": "add"}], [{"op": "no", "path": "/x"}]])
def test_what_is_no_patch_is_a_400(either: Registry, operations: Any) -> None:
    path = f"{MODELS}/{either.model()['id']}"
    answer = either.call("PATCH", path, json=operations, headers=PATCH)
    assert answer.status_code == 400


def test_a_failed_test_in_a_patch_changes_nothing(either: Registry) -> None:
    failing = {"op": "test", "path": "/algorithm", "value": "no"}
    assert either.patch(add("/description", "d"), failing).status_code == 500
    assert "description" not in either.model()
