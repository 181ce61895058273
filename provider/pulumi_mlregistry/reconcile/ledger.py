"""Who owns what in this run: keeps a delete from taking an object that is still wanted."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Ledger:
    """Notes of create, diff and update, asked by delete; safe for threads.

    The engine creates before it deletes, and calls diff for every declared resource before any
    delete, so that at the time of a delete the notes are complete, also after a crash. A resource
    that moves to another provider instance is created by one process and deleted by another: those
    of one run share a `journal`, a file of one note a line.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._id_of: dict[str, str] = {}
        self._owner_of: dict[str, str] = {}
        self._now: dict[str, str] = {}
        self._made: set[tuple[str, str]] = set()
        self._recreate: dict[str, bool] = {}
        self._claims: dict[str, str] = {}
        self._declared: dict[str, Mapping[str, Any]] = {}
        self._journal = journal
        self._read = 0
        """How many bytes of the journal are taken over."""

    def note(self, owner: str, key: str, *, made: bool = False) -> None:
        """`owner` has the object `key`; `made` if this run created or took it over."""
        if not owner:
            return
        with self._lock:
            self._take(owner, key, made)
            if self._journal is not None:
                line = json.dumps([owner, key, made]) + "\n"
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
                file = os.open(self._journal, flags, 0o600)
                try:
                    os.write(file, line.encode())
                finally:
                    os.close(file)

    def renamed(self, former: str, owner: str) -> None:
        """What the state knows as `former` is `owner` by now, by an alias or a renamed stack."""
        with self._lock:
            self._now[former] = owner

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
            return key in self._owner_of

    def has(self, owner: str, key: str) -> bool:
        """Whether `key` is noted as the object of `owner`."""
        with self._lock:
            return self._owner_of.get(key) == owner

    def why_kept(self, owner: str, key: str) -> str:
        """Why a delete of `key` for `owner` must leave it alone; empty where it need not."""
        with self._lock:
            self._catch_up()
            owner = self._now.get(owner, owner)
            other = self._owner_of.get(key)
            if other is not None and other != owner:
                return f"it is now {other}'s"
            if (owner, key) in self._made:
                return "it was created or taken over in this very run"
            return ""

    def replaced_by(self, owner: str, key: str) -> str:
        """The id of the object that `owner` has by now instead of `key`; else empty."""
        with self._lock:
            self._catch_up()
            now = self._id_of.get(self._now.get(owner, owner), key)
            return "" if now == key else now.removeprefix(key.rpartition(" ")[0]).strip()

    def _take(self, owner: str, key: str, made: bool) -> None:
        self._id_of[owner] = key
        self._owner_of[key] = owner
        if made:
            self._made.add((owner, key))

    def _catch_up(self) -> None:
        """Take over what other processes of this run have noted, up to the last whole line."""
        if self._journal is None or not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read)
            notes = file.read()
        whole = notes[: notes.rfind(b"\n") + 1]
        for line in whole.splitlines():
            owner, key, made = json.loads(line)
            self._take(owner, key, made)
        self._read += len(whole)
