"""Who owns what in this run: keeps a delete from taking an object that is still wanted."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """What a resource of the program declares in this run, as far as a delete has to know it."""

    names: tuple[str, ...]
    """The remote name, part by part; empty where it is not known yet."""
    recreate: bool = False
    """Whether the program allows to delete the object and create it anew under its name."""
    recursive: bool = False
    """Whether it also allows that what others have in the object goes along."""


class Ledger:
    """Notes of check, create, diff and update, asked by delete; safe for threads.

    The engine creates before it deletes, and calls check for every declared resource before any
    delete, so that at the time of a delete the notes are complete, also after a crash: but for what
    a run leaves out by a target. A resource that moves to another provider instance is created by
    one process and deleted by another: those of one run share a `journal`, a file of one note a
    line.
    """

    def __init__(self, journal: Path | None = None, stack: str = "") -> None:
        self._stack = stack
        """An identity of the stack that is known before any of its resources."""
        self._stacks: dict[str, dict[str, None]] = {}
        self._lock = threading.Lock()
        self._id_of: dict[str, str] = {}
        self._owners_of: dict[str, dict[str, None]] = {}
        """All who had an object in this run, in the order of the notes."""
        self._now: dict[str, str] = {}
        self._now_of: dict[tuple[str, str], str] = {}
        """By a former name and an object: another resource may have taken the name since."""
        self._made: set[tuple[str, str]] = set()
        self._wanted: dict[str, Wanted] = {}
        self._replacing: set[str] = set()
        self._recreate: dict[str, bool] = {}
        self._claims: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._staying: set[str] = set()
        self._declared: dict[str, Mapping[str, Any]] = {}
        self._journal = journal
        self._read = 0
        """How many bytes of the journal are taken over."""

    def want(self, owner: str, wanted: Wanted) -> None:
        """`owner` is declared by the program of this run."""
        if owner:
            with self._lock:
                self._wanted[owner] = wanted
                self._write("want", owner, wanted.names, wanted.recreate, wanted.recursive)

    def wanted(self, owner: str, key: str) -> Wanted | None:
        """What `owner`, who had the object `key`, declares; None where this run has not heard."""
        with self._lock:
            self._catch_up()
            return self._wanted.get(self._present(owner, key))

    def declares(self, owner: str) -> bool:
        """Whether this run has heard of `owner`, be it by a name that it has given up."""
        with self._lock:
            self._catch_up()
            return self._now.get(owner, owner) in self._wanted

    @property
    def has_program(self) -> bool:
        """Whether this run has checked anything: a refresh or a destroy has no program."""
        with self._lock:
            self._catch_up()
            return bool(self._wanted)

    def note(self, owner: str, key: str, *, made: bool = False) -> None:
        """`owner` has the object `key`; `made` if this run created or took it over."""
        if owner:
            with self._lock:
                self._take(owner, key, made)
                self._write("have", owner, key, made)

    def renamed(self, former: str, owner: str, key: str) -> None:
        """The owner of `key` is `owner` by now and `former` in the state, by an alias or a stack
        that was renamed."""
        with self._lock:
            self._now[former] = owner
            self._now_of[former, key] = owner

    def current(self, owner: str) -> str:
        """Who `owner`, as the state names it, is by now."""
        with self._lock:
            return self._now.get(owner, owner)

    def replace(self, owner: str) -> None:
        """The object of `owner` is to be replaced by another one."""
        with self._lock:
            self._replacing.add(owner)

    def is_replaced(self, owner: str, key: str) -> bool:
        """Whether the object of `owner` is to be replaced: what is declared is not just deleted."""
        wanted = self.wanted(owner, key)
        with self._lock:
            return bool(wanted and wanted.names) or self._present(owner, key) in self._replacing

    def recreate(self, key: str, *, recursive: bool) -> None:
        """The object is to be deleted and created anew under its name, as the program allows.

        ``recursive``: whether the program also allows that what others have in it goes along.
        """
        with self._lock:
            self._recreate[key] = recursive

    def recreated(self, key: str) -> bool | None:
        """Whether `recreate` was said to be recursive; None where it was not said."""
        with self._lock:
            return self._recreate.get(key)

    def declared(self, owner: str, inputs: Mapping[str, Any]) -> None:
        """What `owner` declared in the last run."""
        if owner:
            with self._lock:
                self._declared[owner] = inputs

    def declared_before(self, owner: str) -> Mapping[str, Any] | None:
        """What `owner` declared in the last run; None where this one has not heard of it."""
        with self._lock:
            return self._declared.get(owner)

    def note_parent(self, key: str, owner: str, *, stays: bool) -> None:
        """The object `key` is `owner`'s, and its delete is refused while others have things in it.

        ``owner`` is empty where the delete is not refused; ``stays``: it is not deleted at all.
        """
        with self._lock:
            self._parents[key] = owner
            (self._staying.add if stays else self._staying.discard)(key)

    def parent_stays(self, key: str) -> bool:
        """Whether `note_parent` said that the object is not deleted."""
        with self._lock:
            return key in self._staying

    def parent(self, key: str) -> str | None:
        """What `note_parent` said of an object; None where it said nothing."""
        with self._lock:
            return self._parents.get(key)

    def identify(self, key: str, identities: Iterable[str]) -> None:
        """What the state holds of `key`, or of an object in it, was made under these identities."""
        with self._lock:
            new = [each for each in identities if each not in self._stacks.get(key, ())]
            if new:
                self._stacks.setdefault(key, {}).update(dict.fromkeys(new))
                self._write("stacks", key, new)

    def identities(self, key: str) -> tuple[str, ...]:
        """All identities under which this stack made `key` or objects in it.

        A stack has several where it was given another provider, or the object came from another
        stack by `pulumi state move`.
        """
        with self._lock:
            self._catch_up()
            own = (self._stack,) if self._stack else ()
            return tuple(dict.fromkeys((*self._stacks.get(key, ()), *own)))

    def claim(self, owner: str, key: str) -> str:
        """`owner` declares what one object alone can have; answers who else has declared it."""
        with self._lock:
            return self._claims.setdefault(key, owner)

    def claimant(self, key: str) -> str:
        """Who declares what one object alone can have; empty where nobody has said so."""
        with self._lock:
            return self._claims.get(key, "")

    def is_known(self, key: str) -> bool:
        """Whether `key` is noted as an object of this program."""
        with self._lock:
            return key in self._owners_of

    def has(self, owner: str, key: str) -> bool:
        """Whether `key` is noted as the object of `owner`."""
        with self._lock:
            return owner in self._owners_of.get(key, ())

    def why_kept(self, owner: str, key: str) -> str:
        """Why a delete of `key` for `owner` must leave it alone; empty where it need not."""
        with self._lock:
            self._catch_up()
            owner = self._present(owner, key)
            if (owner, key) in self._made:
                return "it was created or taken over in this very run"
            for other in reversed(self._owners_of.get(key, {})):
                if other != owner and self._id_of[other] == key:
                    return f"it is now {other}'s"
            return ""

    def replaced_by(self, owner: str, key: str) -> str:
        """The id of the object that `owner` has by now instead of `key`; else empty."""
        with self._lock:
            self._catch_up()
            now = self._id_of.get(self._present(owner, key), key)
            return "" if now == key else now.removeprefix(key.rpartition(" ")[0]).strip()

    def _present(self, owner: str, key: str) -> str:
        return self._now_of.get((owner, key), owner)

    def _take(self, owner: str, key: str, made: bool) -> None:
        self._id_of[owner] = key
        owners = self._owners_of.setdefault(key, {})
        owners.pop(owner, None)
        owners[owner] = None
        if made:
            self._made.add((owner, key))

    def _write(self, *note: Any) -> None:
        if self._journal is None:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        file = os.open(self._journal, flags, 0o600)
        try:
            os.write(file, (json.dumps(note) + "\n").encode())
        finally:
            os.close(file)

    def _catch_up(self) -> None:
        """Take over what other processes of this run have noted, up to the last whole line."""
        if self._journal is None or not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read)
            notes = file.read()
        whole = notes[: notes.rfind(b"\n") + 1]
        for line in whole.splitlines():
            kind, owner, *said = json.loads(line)
            if kind == "have":
                self._take(owner, *said)
            elif kind == "stacks":
                self._stacks.setdefault(owner, {}).update(dict.fromkeys(said[0]))
            else:
                names, recreate, recursive = said
                self._wanted[owner] = Wanted(tuple(names), recreate, recursive)
        self._read += len(whole)
