"""The laws by number, and the marker that ties a test to them.

A test says ``@law(13, on=VERSIONS)``; the first number is its law, further ones it touches. It then
runs once for each of the worlds in ``on``. A table of laws, resources and targets is made from the
markers alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from laws.doors import CORE, DYNAMIC, PLUGIN

LAWS: Final = {
    1: "Invalid input is a failure at its path with the remedy, before any request",
    2: "Unknown values pass wherever a value may stand",
    3: "check(check(x)) = check(x)",
    4: "Outputs that follow from inputs alone are known in preview",
    5: "After create, update, read or import the same program plans nothing",
    6: "Each declared change is shown at its own path",
    7: "Create-only changes replace, with the reason, under the same-name rule",
    8: "Undeclared fields and keys are never planned",
    9: "Removal of what was declared clears it",
    10: "Plan and diff do no I/O",
    11: "An existing object is never touched unless on_conflict says so",
    12: "Preview of a new resource warns where the object exists, and never fails for it",
    13: "A lost reply, a killed process or a retry never makes a second object or version",
    14: "A create that fails half way leaves its id known or is safe to repeat",
    15: "No change, no request; the requests of every operation are pinned",
    16: "What was written is read back",
    17: "What others own survives; what we own and they changed is a reported conflict",
    18: "A partly failed update says what was done, and the next run finishes it",
    19: "Gone already is done; an unsure answer is an error, never gone",
    20: "Renaming the logical name of a named object never deletes it",
    21: "The delete policies",
    22: "A replaced version stays; destroy deletes unless retain",
    23: "An object deleted elsewhere leaves the state and is planned again",
    24: "Drift on what we own is shown, with who and when; on the rest not at all",
    25: "Read returns inputs as well as outputs",
    26: "No secret in errors, log lines or diffs",
    27: "Credentials go to the configured origin only; redirects are not followed",
    28: "No name can reach another object",
    29: "Every error is one line: what, where, why, what to do",
    30: "A stage moves only after the version is READY",
    31: "State is bound to its registry",
    32: "A rename that keeps the object is a note in the state and sends nothing",
    33: "exclusive claims all keys and release gives a field up, without loss elsewhere",
    34: "A delete never takes along what others have in the object",
    35: "Another object under the same name is never taken for ours",
    36: "What was deleted softly is named, and comes back only on adopt",
    37: "A mask is neither drift, nor taken as a value, nor written back",
    38: "A thing referred to that is missing is named, with the remedy",
    39: "A busy server is asked again when it says, a dead one is given up within the budget",
    40: "Two resources of one program never share an object",
    41: "Of two that write at once none loses anything without a word",
    42: "Operations in parallel in one process do not disturb each other",
    45: "What a token may not do, and what a server swallows for it, is told as that",
    46: "The limits of a dialect or a version hold there only, before any request",
    47: "One run keeps one connection and asks what does not change once",
    48: "Many objects are read by lists, which tell what a read of each would",
    49: "An engine's option never widens what is written or deleted beyond what the preview shows",
    50: "An ignored path is neither compared, written nor cleared, at any depth",
    51: "What is imported, adopted or restored keeps what is not declared",
    52: "A stack touches nothing that another stack made, unless it is told to adopt",
    53: "What an engine asks in part is answered as safely as the whole",
    54: "A nested value keeps what it holds beside what is declared of it",
}

# A target whose name ends in "box" is the sandbox's; the others are real servers, and
# OpenMetadata's two are the sandbox's as well.
ENTITY: Final = ("entity-nemo", "entity-nemobox")
MLMODELS: Final = ("mlmodel-om2", "mlmodel-om12")
MLSERVICES: Final = ("mlservice-om2", "mlservice-om12")
_PLAIN_MODELS: Final = ("model-mlflow", "model-mlflowbox")
_PLAIN_VERSIONS: Final = ("version-mlflow", "version-mlflowbox")
_ORACLE_MODELS: Final = ("model-oracle", "model-oraclebox")
_ORACLE_VERSIONS: Final = ("version-oracle", "version-oraclebox")
MODELS: Final = (*_PLAIN_MODELS, *_ORACLE_MODELS)
VERSIONS: Final = (*_PLAIN_VERSIONS, *_ORACLE_VERSIONS)
PLAIN: Final = (*_PLAIN_MODELS, *_PLAIN_VERSIONS)
ORACLE: Final = (*_ORACLE_MODELS, *_ORACLE_VERSIONS)
NAMED: Final = (*ENTITY, *MODELS, *MLMODELS)
ALL: Final = (*NAMED, *VERSIONS)
# With OpenMetadata's services, which have no keys that a program names freely.
ANY_NAMED: Final = (*NAMED, *MLSERVICES)
ANY: Final = (*ALL, *MLSERVICES)


# By further doors a law runs on one sandbox an API, which the doors share among them, and directly
# on a sandbox only where no real server can be asked; in the long form all run on all targets.
_BY_A_DOOR: Final = ("entity-nemobox", "version-mlflowbox", "mlmodel-om2")
_ELSE_BY_A_DOOR: Final = ("model-mlflowbox", "mlservice-om2")
"""For laws that are about none of the resources above."""
LONG: Final = os.environ.get("MLREGISTRY_LAWS") == "all"
CORE_ONLY: Final = (CORE,)
"""For what another door cannot show, such as the path and the reason of a change, or has no
request for, such as an import of everything."""
DOORS: Final = (CORE, DYNAMIC, PLUGIN)


def law(
    *numbers: int, on: tuple[str, ...] = (), doors: Sequence[str] = DOORS
) -> pytest.MarkDecorator:
    """The laws that a test holds the product to, the worlds and the doors that it runs in."""
    unknown = [n for n in numbers if n not in LAWS]
    if unknown or not numbers:
        raise ValueError(f"no law {unknown}")
    return pytest.mark.law(*numbers, on=on, doors=doors)


def doors_of(mark: Mapping[str, Any]) -> set[str]:
    """The doors by which a marked test runs somewhere."""
    return {CORE, *(mark["doors"] if _through(mark["on"]) else ())}


def worlds_of(number: int, mark: Mapping[str, Any]) -> list[str]:
    """The parameters of a test of a law: ``version-oracle``, ``version-mlflowbox-dynamic``."""
    further = [door for door in mark["doors"] if door != CORE]
    through = mark["on"] if LONG else _through(mark["on"])
    direct = [w for w in mark["on"] if LONG or w not in _twins(mark["on"])]
    pairs = [(world, door) for door in further for world in through]
    if not LONG and len(through) > 1:
        # Each door has a world at least, by another law another one.
        pairs = (
            [(world, further[(number + nth) % len(further)]) for nth, world in enumerate(through)]
            if further
            else []
        )
    return [*direct, *(f"{world}-{door}" for world, door in pairs)]


def _through(worlds: Sequence[str]) -> list[str]:
    """Where a law runs by a further door."""
    chosen = [world for world in worlds if world in _BY_A_DOOR]
    return chosen or [world for world in worlds if world in _ELSE_BY_A_DOOR]


def _twins(worlds: Sequence[str]) -> set[str]:
    """The sandboxes of real servers that are in the list themselves."""
    return {f"{world}box" for world in worlds}
