"""The base of all gates: what each says of itself, and how a door has it back as an object."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pulumi_mlregistry.gates.subject import Setting, Subject
from pulumi_mlregistry.gates.verdict import Verdict
from pulumi_mlregistry.reconcile.table import Table


@dataclass(frozen=True)
class Gate:
    """What has to hold of a resource before anything of it is written."""

    takes: ClassVar[str] = ""
    """The argument that takes a candidate; empty where there is none."""
    needs_candidate: ClassVar[bool] = False
    """Whether it cannot be judged by the resource's own inputs alone."""
    looks_for_candidate: ClassVar[bool] = False
    """Whether, in a policy pack, it looks for its candidate among the outputs of the stack."""
    one_is_enough: ClassVar[bool] = False
    """Whether it holds where one of several candidates meets it."""

    @classmethod
    def applies(cls, table: type[Table]) -> bool:
        """Whether `enforce` and `policies` put it on such a resource."""
        return table.kind == "mlflow:ModelVersion"

    @property
    def aim(self) -> str:
        """What it looks at, as a line begins."""
        raise NotImplementedError

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Whether it holds of a resource, with the candidate where one is given.

        Pure: what is unknown makes it wait.
        """
        raise NotImplementedError

    @property
    def candidate(self) -> Any:
        """What was given as the candidate: perhaps an Output; None where nothing was."""
        return getattr(self, self.takes) if self.takes else None

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments beside the candidate, as plain values."""
        names = [f.name for f in dataclasses.fields(self) if f.name != self.takes]
        found = {name: getattr(self, name) for name in names}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}

    @classmethod
    def restored(cls, arguments: Mapping[str, Any]) -> Self:
        """The gate again, from `arguments`, without its candidate."""
        made = object.__new__(cls)
        for field in dataclasses.fields(made):
            value = arguments.get(field.name)
            object.__setattr__(made, field.name, tuple(value) if isinstance(value, list) else value)
        return made


def check_candidate(gate: Gate) -> None:
    """Refuse what can never be a candidate."""
    value = gate.candidate
    if value is None or isinstance(value, Mapping) or hasattr(value, "apply"):
        return
    raise TypeError(
        f"{type(gate).__name__} takes a candidate: give what gates.candidate(version) makes, or a "
        f"StackReference's output of it, not a {type(value).__name__}"
    )


def check_texts(gate: Gate, what: str, values: tuple[Any, ...]) -> None:
    """Refuse an empty list, and what is no text or blank."""
    wrong = [v for v in values if not isinstance(v, str) or not v.strip()]
    if wrong or not values:
        raise TypeError(
            f"{type(gate).__name__} takes {what}"
            + (f", not {wrong[0]!r}" if wrong else ": give at least one")
        )
