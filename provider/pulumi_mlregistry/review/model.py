"""A review as both of its forms show it: texts of others in it are data, never markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pulumi_mlregistry.reconcile.planning import Kind


class Fate(Enum):
    """What happens to an object; in the order in which a reviewer should read of them."""

    FAILED = "cannot be planned"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"
    REFRESH = "refresh"
    READ = "read"
    SAME = "unchanged"

    @property
    def sign(self) -> str:
        """One character for it, so that colour is never the only difference."""
        return _SIGNS[self]


_SIGNS = {
    Fate.FAILED: "!",
    Fate.REPLACE: "±",
    Fate.DELETE: "−",  # noqa: RUF001
    Fate.ADOPT: "↦",
    Fate.UPDATE: "~",
    Fate.CREATE: "+",
    Fate.IMPORT: "↦",
    Fate.REFRESH: "↻",
    Fate.READ: "›",  # noqa: RUF001
    Fate.SAME: "=",
}


class Sort(Enum):
    """What a cell holds."""

    VALUE = "value"
    ABSENT = "not set"
    SECRET = "secret, changed"
    CONCEALED = "secret"
    UNKNOWN = "known after apply"
    SET = "set"
    """The key is all that there is to show, as with a tag."""


@dataclass(frozen=True)
class Cell:
    """One value; ``text`` is empty unless it is a VALUE."""

    sort: Sort
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One property or one key of it, before and after; ``old`` is None where there is no before."""

    name: str
    old: Cell | None
    new: Cell | None
    kind: Kind = Kind.UPDATE
    reason: str = ""

    @property
    def texts(self) -> tuple[str, str] | None:
        """Both texts, where there are two to compare word by word."""
        if self.old is None or self.new is None:
            return None
        if self.old.sort is Sort.VALUE is self.new.sort:
            return self.old.text, self.new.text
        return None


@dataclass(frozen=True)
class Group:
    """Rows that belong to one property with keys; the name is empty for properties of one value."""

    name: str
    rows: tuple[Row, ...]


@dataclass
class Item:
    """One object of the preview, with all that is told of it."""

    urn: str
    type: str
    kind: str
    """The resource of this product, empty for those of other providers."""
    title: str
    """What it is: ``model entity``."""
    name: str
    """What its registry calls it: a fully qualified name or an id."""
    logical: str
    """What the program calls it."""
    fate: Fate
    needs: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    """What is known of it, to find what it refers to."""
    groups: tuple[Group, ...] = ()
    paths: tuple[str, ...] = ()
    """Of other providers' resources: where they differ."""
    why: list[str] = field(default_factory=list)
    """Why it is replaced."""
    lost: str = ""
    """What a replacement or a delete loses, or leaves."""
    adoption: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Gates that failed."""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say of it."""
        told = (self.conflicts, self.drift, self.passed, self.failed, self.errors, self.warnings)
        return self.fate is Fate.SAME and not any(told) and not self.notes


@dataclass
class Review:
    """A whole review."""

    items: list[Item]
    same: int
    failed: bool
    """Whether the preview itself failed: what is shown may not be all."""
    stack: str = ""
    """Project and stack."""
    registries: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def shown(self) -> list[Item]:
        """The objects of which there is something to say, those first that need a reader most."""
        order = {fate: number for number, fate in enumerate(Fate)}
        told = [item for item in self.items if not item.silent]

        def rank(item: Item) -> tuple[bool, bool, int]:
            trouble = bool(item.errors or item.failed or item.conflicts)
            return not trouble, not item.kind, order[item.fate]

        return sorted(told, key=rank)

    @property
    def all_errors(self) -> list[str]:
        """Those on objects too."""
        return [*self.errors, *(e for item in self.items for e in item.errors)]

    def counts(self) -> list[tuple[str, str]]:
        """What a reviewer reads first, as words: a name for each count, and the count in words."""
        fates = Counter(item.fate for item in self.items)
        found = [
            (f.name.lower(), f"{fates[f]} to {f.value}")
            for f in (Fate.CREATE, Fate.ADOPT, Fate.IMPORT, Fate.UPDATE, Fate.REPLACE, Fate.DELETE)
            if fates[f]
        ]
        for fate, word in ((Fate.REFRESH, "changed outside"), (Fate.FAILED, Fate.FAILED.value)):
            found += [(fate.name.lower(), f"{fates[fate]} {word}")] if fates[fate] else []
        conflicts = sum(len(item.conflicts) for item in self.items)
        passed, failed = (sum(map(len, g)) for g in (self._gates("passed"), self._gates("failed")))
        told = (
            ("conflict", conflicts, _many(conflicts, "conflict")),
            ("gates", passed, f"{_many(passed, 'gate')} passed"),
            ("failed", failed, f"{_many(failed, 'gate')} failed"),
            ("failed", len(self.all_errors), _many(len(self.all_errors), "error")),
        )
        found += [(name, words) for name, number, words in told if number]
        found += [("same", f"{self.same} unchanged")] if self.same else []
        return found or [("same", "nothing changes")]

    def _gates(self, which: str) -> list[list[str]]:
        return [getattr(item, which) for item in self.items]


def _many(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
