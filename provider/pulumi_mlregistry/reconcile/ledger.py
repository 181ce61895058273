"""Who owns what in this process: keeps a delete from taking an object that is still wanted."""

from __future__ import annotations

import threading


class Ledger:
    """Notes of create, diff and update, asked by delete; safe for threads.

    The engine creates before it deletes, and calls diff for every declared resource before any
    delete, so that at the time of a delete the notes are complete, also after a crash.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._id_of: dict[str, str] = {}
        self._owner_of: dict[str, str] = {}
        self._made: set[tuple[str, str]] = set()
        self._recreate: set[str] = set()

    def note(self, owner: str, key: str, *, made: bool = False) -> None:
        """`owner` has the object `key`; `made` if this process created or took it over."""
        if not owner:
            return
        with self._lock:
            self._id_of[owner] = key
            self._owner_of[key] = owner
            if made:
                self._made.add((owner, key))

    def recreate(self, key: str) -> None:
        """The object is to be deleted and created anew under its name, as the program allows."""
        with self._lock:
            self._recreate.add(key)

    def is_recreated(self, key: str) -> bool:
        """Whether `recreate` was said of the object."""
        with self._lock:
            return key in self._recreate

    def why_kept(self, owner: str, key: str) -> str:
        """Why a delete of `key` for `owner` must leave it alone; empty where it need not."""
        with self._lock:
            other = self._owner_of.get(key)
            if other is not None and other != owner:
                return f"it is now {other}'s"
            if (owner, key) in self._made:
                return "it was created or taken over in this very run"
            return ""

    def replaced_by(self, owner: str, key: str) -> str:
        """The id of the object that `owner` has by now instead of `key`; else empty."""
        with self._lock:
            now = self._id_of.get(owner, key)
            return "" if now == key else now.removeprefix(key.rpartition(" ")[0]).strip()
