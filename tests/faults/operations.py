"""Every operation of every resource, one line each; the field tables say which there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from faults.scene import Scene
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Gone,
    HasChildren,
    RegistryError,
)

Step = Callable[[Scene], None]
S = Scene

NAMED: Final = ("entity", "model", "mlmodel", "mlservice")
ANY: Final = (*NAMED, "version")
OPENMETADATA: Final = ("mlmodel", "mlservice")
SECRET: Final = ("entity", "mlservice")
RECREATED: Final = ("entity", "mlmodel", "mlservice")
PARENTS: Final = ("entity", "model", "mlservice")
VERSION: Final = ("version",)


@dataclass(frozen=True)
class Operation:
    """What came before, what is done, and the parts of the registry that it changes.

    ``touches``: of our object; ``new`` is one that takes its place. ``refused``: the error that it
    ends with when nothing fails, with nothing changed.
    """

    title: str
    on: tuple[str, ...]
    before: tuple[Step, ...]
    touches: tuple[str, ...] = ()
    act: Step = S.up
    refused: type[RegistryError] | None = None
    silent: bool = False
    """Whether it sends no request at all."""
    only: str = ""
    """The target whose API has it, where another one's has not."""
    creates: bool = False
    """Whether a colleague's object cannot be told from one that a killed run of ours made."""


THERE = (S.applied, S.dressed)
"""Our object, with what others wrote to it."""

OPERATIONS: Final = (
    Operation("create", ANY, (), ("ours",), creates=True),
    Operation("create with everything", ANY, (S.full,), ("ours",), creates=True),
    Operation("create, taken", NAMED, (S.taken, S.dressed), refused=AlreadyExists),
    Operation("adopt", NAMED, (S.taken, S.dressed, S.adopt), ("all",)),
    Operation("adopt if equal", NAMED, (*THERE, S.forgotten, S.adopt_if_equal)),
    Operation("adopt if equal, differs", NAMED, (*THERE, S.forgotten, S.next_text,
        S.adopt_if_equal), refused=AlreadyExists),
    Operation("restore by adopt", OPENMETADATA, (S.soft, *THERE, S.destroyed, S.adopt),
        ("deleted",)),
    Operation("import by id", ANY, (S.applied, S.forgotten), act=S.take),
    Operation("refresh", ANY, THERE, act=S.refresh),
    Operation("refresh and take back drift", ANY, (*THERE, S.drifted), ("description",),
        S.refresh_and_up),
    Operation("refresh and make anew what is gone", ANY, (*THERE, S.removed), ("anew",),
        S.refresh_and_up, creates=True),
    Operation("change nothing", ANY, THERE, silent=True),
    Operation("change a policy", ANY, (*THERE, S.retain), silent=True),
    Operation("change a value", ANY, (*THERE, S.next_text), ("description",)),
    Operation("change a value, done already", ANY, (*THERE, S.next_text, S.done_already)),
    Operation("change a value, drifted", ANY, (*THERE, S.next_text, S.drifted), refused=Conflict),
    Operation("change a value, gone", ANY, (*THERE, S.next_text, S.removed), refused=Gone),
    Operation("change keys", ANY, (*THERE, S.next_keys), ("keys",)),
    Operation("change a secret", SECRET, (*THERE, S.next_secret), ("secret",)),
    Operation("change all at once", ANY, (*THERE, S.next_text, S.next_keys),
        ("description", "keys")),
    Operation("clear", ANY, (*THERE, S.nothing_left), ("description", "keys")),
    Operation("own all keys", ANY, (*THERE, S.exclusive), ("others' keys",)),
    Operation("move a stage", VERSION, (S.stage, *THERE, S.next_stage), ("stage",)),
    Operation("create with an alias", VERSION, (S.pointed,), ("ours",), only="mlflow"),
    Operation("move aliases", VERSION, (S.pointed, *THERE, S.pointed_otherwise), ("aliases",),
        only="mlflow"),
    Operation("replace a version and hand its alias over", VERSION, (S.pointed, *THERE, S.another),
        ("new", "aliases"), only="mlflow"),
    # With another text: for two seconds an equal object passes for one of a lost reply.
    Operation("rename in the program", NAMED, (*THERE, S.next_text, S.renamed),
        refused=AlreadyExists),
    Operation("rename and adopt", NAMED, (*THERE, S.renamed, S.adopt)),
    Operation("rename a version", VERSION, (*THERE, S.renamed), ("ours", "new")),
    Operation("rename with an alias", ANY, (*THERE, S.alias), silent=True),
    Operation("replace by another name", NAMED, (*THERE, S.another), ("ours", "new"), creates=True),
    Operation("replace a version", VERSION, (*THERE, S.another), ("new",)),
    Operation("recreate under the name", RECREATED, (S.before_recreation, *THERE, S.recreation),
        ("ours",), creates=True),
    Operation("destroy", ANY, THERE, ("gone",), S.destroy),
    Operation("destroy for good", ANY, (S.hard, *THERE), ("ours",), S.destroy),
    Operation("destroy, retained", ANY, (S.retain, *THERE), act=S.destroy, silent=True),
    Operation("destroy, adopted", NAMED, (S.taken, S.adopt, S.applied), act=S.destroy, silent=True),
    Operation("destroy, gone already", ANY, (*THERE, S.removed), act=S.destroy),
    Operation("destroy, others have things in it", PARENTS, (S.hard, *THERE, S.populated),
        act=S.destroy, refused=HasChildren),
    Operation("destroy with all in it", PARENTS, (S.hard, S.recursive, *THERE, S.populated),
        ("ours",), S.destroy),
)  # fmt: skip
BY_TITLE: Final = {operation.title: operation for operation in OPERATIONS}


def operations(world: str) -> list[Operation]:
    """Those of one resource at one target: ``entity-nemobox``, ``version-mlflow``, ..."""
    resource, _, target = world.partition("-")
    target = target.removesuffix("box")
    return [o for o in OPERATIONS if resource in o.on and o.only in ("", target)]
