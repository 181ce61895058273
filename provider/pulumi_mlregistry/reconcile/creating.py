"""Create: POST first, never an upsert; lost replies found again, existing objects left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pulumi_mlregistry import patience
from pulumi_mlregistry.reconcile import owned, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import digest
from pulumi_mlregistry.reconcile.conflicts import existing
from pulumi_mlregistry.reconcile.errors import (
    AlreadyExists,
    Conflict,
    Gone,
    Lost,
    NotApplied,
    RegistryError,
    Rejected,
    Stale,
)
from pulumi_mlregistry.reconcile.ignored import accepted
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.phrases import EXISTS, TAKEN_OVER
from pulumi_mlregistry.reconcile.planning import Change, Kind, Ownership, plan
from pulumi_mlregistry.reconcile.protocol import Api, Claim, Live
from pulumi_mlregistry.reconcile.spelling import spelled
from pulumi_mlregistry.reconcile.state import (
    DELETED_WITH,
    DRIFT,
    INSTANCE,
    OWNER,
    ignored_paths,
    listed,
    secret_fields,
    stacks,
)

_ATTEMPTS = 3
"""How often a create whose reply was lost is looked for and, where absent, sent again."""
_LOOKS = (0.2, 0.8)
"""Seconds before each further look for a lost create that must not be sent again."""
_LOOKS_FIRST = "Run up again: it first looks for what this create may have made"
_MAY_BE_THERE = (
    "It may have been created: run up again, and where it then exists already and is this "
    'program\'s, set on_conflict="adopt"'
)
_IS_THERE = 'Run up again; where it then exists already, set on_conflict="adopt"'
_CLOCK_SLACK = 2.0
"""Seconds by which a server's answers may disagree about the time."""


@dataclass
class Creation:
    """One create: `run` answers the live object and the echoes of its declared paths."""

    api: Api
    declared: Mapping[str, Any]
    on_conflict: str
    replaces: Callable[[str], bool] = lambda _id: False
    """Whether an id is the one that the state has: not what a lost request of this create made."""
    is_known: Callable[[str], bool] = lambda _id: False
    """Whether an id is another object of this program."""
    adopted: bool = False
    made: bool = False
    """Whether this very create made the object: only then may a failure remove it again."""
    resumed: bool = False
    """Whether an earlier run made it, perhaps of other values than those declared by now."""
    stamps: set[str] = field(default_factory=set)
    """The times of our own writes, by the registry's clock."""
    restored: bool = False
    """Whether what was adopted had been deleted softly: to delete it so again loses nothing."""
    left: Live | None = None
    """What this create, or an earlier one of this program, made and could not complete."""
    ignored: tuple[str, ...] = ()
    """The property paths of an existing object that the program leaves as they are."""
    met: str = ""
    """The id of the object that exists already and is not ours."""

    def run(self, log: Callable[[str], None]) -> tuple[Live, dict[Path, str]]:
        """Create or take over, wait until it is usable, write what creation cannot, read back."""
        obtained = self._obtain(log)
        self.stamps.add(obtained.changed_at)
        try:
            return self._complete(obtained, log)
        except RegistryError as error:
            self.left = obtained if self.made or self.resumed else None
            if self.made and self.api.table.named:
                self._undo(obtained, error, log)
            elif self.left is not None and isinstance(error, Rejected):
                error.remedy = f"{obtained.id} was created and stays: mend that and run up again"
            raise

    def _complete(self, live: Live, log: Callable[[str], None]) -> tuple[Live, dict[Path, str]]:
        live = self.api.settle(live)
        if not live.complete:
            live = self._read(live)
        values = self._with_write_only(live)
        changes = self._left(values, written=not self.adopted)
        done: list[Change] = []
        attempts = turns = 0
        # What others undo of an adoption is told, and not taken back from them again.
        while changes and attempts < _ATTEMPTS and not (done and self.adopted):
            if self._touched(live) and not self._all_late(changes):
                paths = ", ".join(str(c.path) for c in changes)
                log(
                    f"{self._called(live)} was changed by others right after it was created: "
                    f"{paths} ({live.last_change}); the next up takes it back"
                )
                return live, {c.path: DRIFT for c in changes}
            try:
                live = self._write(live, changes)
                attempts, done = attempts + 1, changes
            except Stale:
                turns += 1
                if turns == writing.TURNS:
                    raise
                writing.step_aside(turns)
                live = self._read(live)
            except Lost as error:
                attempts += 1
                if attempts == _ATTEMPTS:
                    raise
                live = writing.read_after(error, partial(self._read, live))
                self.stamps.add(live.changed_at)  # what changed it may have been our own write
            values = self._with_write_only(live)
            changes = self._left(values)
        return live, writing.verify(self.api, live, values, self._wanted(values), done)

    def _touched(self, live: Live) -> bool:
        """Whether others have written to what we have just made."""
        return self.made and self.api.table.named and live.changed_at not in self.stamps

    def _undo(self, made: Live, error: RegistryError, log: Callable[[str], None]) -> None:
        """Remove what this create made and could not complete; what others wrote to stays."""
        try:
            now = self.api.read(made.id)
            if now is not None and self._touched(now):
                raise Conflict("others have written to it since")
            if now is not None:
                self.api.delete(now, hard=True, recursive=False)
        except RegistryError:
            error.remedy = (
                f"It was created (id {made.id}) and stays: mend the cause, set "
                'on_conflict="adopt" and run up again'
            )
        else:
            self.left = None
            log(f"{self._called(made)} was removed again: it was incomplete")

    @property
    def claim(self) -> Claim:
        """Who creates what: the same for every attempt and every run of the same program."""
        table = self.api.table
        sent = {
            c.name: self.declared[c.name]
            for c in tables.inputs(table)
            if c.behaviour.create_only and self.declared.get(c.name) is not None
        }
        owner, instance = (str(self.declared.get(hidden) or "") for hidden in (OWNER, INSTANCE))
        stack = next(iter(stacks(self.declared)), "")
        goes = self.declared.get(DELETED_WITH) is True
        return Claim(owner, digest(sent), stack, instance, goes)

    def _obtain(self, log: Callable[[str], None]) -> Live:
        if not self.api.table.named:
            found = self._find()
            if found is not None and found.unproven:
                return self._taken_if_told(found, log)
            if found is not None:
                log(f"{self._called(found)} was made by an earlier run: taken over")
                self.resumed = True
                return found
        started = time.monotonic()
        failure: Exception | None = None
        for turn in range(_ATTEMPTS):
            try:
                live = self._said(self.api.create(self.declared, self.claim), written=True)
            except AlreadyExists as error:
                found = self._find()
                if found is None:  # deleted between the two requests
                    failure = error
                    continue
                return self._recovered(found, failure, started) or self._existing(found, error, log)
            except Lost as error:
                failure = error
                found = self._find_lost(error)
                if found is not None:
                    mine = self._recovered(found, error, started)
                    return mine or self._existing(found, error, log)
                if not self.api.repeatable:
                    return self._look_again(error)
            except Stale as error:  # nothing was made
                failure = error
                writing.step_aside(turn)
            else:
                self.made = True
                return live
        assert failure is not None
        raise failure

    def _taken_if_told(self, found: Live, log: Callable[[str], None]) -> Live:
        """Take over, if `on_conflict` says so, a version that may be another checkout's."""
        refusal = AlreadyExists(
            f"{found.unproven}; it was left as it is",
            remedy=f'If it is this stack\'s, set on_conflict="adopt" to take {found.id} over, or '
            "delete it; if it is another checkout's, give this stack or resource another name",
        )
        if self.on_conflict == "fail":
            raise refusal
        return self._existing(found, refusal, log)

    def _look_again(self, failure: Lost) -> Live:
        """Wait for what the lost request may still make; never send it a second time."""
        for pause in _LOOKS:
            patience.sleep(pause)
            found = self._find_lost(failure)
            if found is not None:
                return found
        failure.remedy = _LOOKS_FIRST
        raise failure

    def _recovered(self, found: Live, failure: Exception | None, started: float) -> Live | None:
        """The object, if it can only be the one that the lost request made."""
        if not isinstance(failure, Lost) or found.trashed or found.unproven:
            return None
        if not self.api.table.named:
            return found
        age = found.age
        recent = age is not None and age <= time.monotonic() - started + _CLOCK_SLACK
        left = self._left(self._with_write_only(found), written=True)
        return found if recent and self._all_late(left) else None

    def foresee(self, listed: Live | None = None) -> str:
        """What a create would meet, and what it would do about it; empty where nothing is there.

        ``listed`` is the object where a list has shown it.
        """
        found = listed
        if found is None or not found.untold.isdisjoint(self.declared):
            found = self.api.find(self.declared, self.claim)
        if found is None:
            return ""
        self.met = found.id
        found, changes, refusal = self._judge(found, left="up will leave it as it is")
        if refusal is not None:
            return f"{refusal.why}. {refusal.remedy}"
        last = f" ({found.last_change})" if found.last_change else ""
        how = f"restored and {TAKEN_OVER}" if found.trashed else TAKEN_OVER
        differs = "; ".join(map(str, changes)) or "nothing"
        return f"{EXISTS}{last} and is {how} (changes: {differs})"

    def _existing(self, found: Live, error: Exception, log: Callable[[str], None]) -> Live:
        """Take over an object that is not ours, or refuse to, as `on_conflict` says."""
        self.met = found.id
        found, _, refusal = self._judge(found)
        if refusal is not None:
            raise refusal from error
        self.adopted = True
        return self._restored(found, log) if found.trashed else found

    def _judge(
        self, found: Live, left: str = "it was left as it is"
    ) -> tuple[Live, list[Change], AlreadyExists | None]:
        """What differs in an object that is not ours, and why it may not be taken over."""
        self.ignored = ignored_paths(self.declared)
        found = self._said(found, written=False)
        changes = self._left(self._with_write_only(found), written=False)
        forced = [c for c in changes if c.kind is Kind.REPLACE]
        if self.on_conflict == "adopt" and not forced:
            return found, changes, None
        if self.on_conflict == "adopt_if_equal" and not changes and not found.trashed:
            return found, changes, None
        return found, changes, existing(self.on_conflict, found, changes, forced, left)

    def _restored(self, found: Live, log: Callable[[str], None]) -> Live:
        """What was soft-deleted, alive again: ours to delete where no other was faster."""
        try:
            live = self._said(self.api.restore(found), written=False)
        except Gone:
            there = self._find()
            if there is None or there.trashed:
                raise
            return self._said(there, written=False)
        self.restored = True
        log(f"{self._called(live)} was soft-deleted, and is restored with all in it")
        return live

    def _write(self, live: Live, changes: list[Change]) -> Live:
        """Converge an adopted object, or write what a create request has no place for."""
        table = self.api.table
        if not (self.adopted or self.resumed or self._all_late(changes)):
            lost = ", ".join(str(c.path) for c in changes)
            raise NotApplied(
                f"the registry accepted {live.id} and did not keep {lost}",
                remedy="Correct the value, or leave the argument out",
            )
        take = self.adopted or self.on_conflict == "adopt"
        wanted = self._wanted(live.values)
        patch = writing.make_patch(
            table, changes, live, wanted, take=take, ours=self.is_known, ignored=self.ignored
        )
        written = self.api.patch(live, patch)
        self.stamps.add((written or live).changed_at)
        return self._read(written or live, written)

    def _called(self, live: Live) -> str:
        return self.api.table.called(live.id, live.server)

    def _all_late(self, changes: list[Change]) -> bool:
        table = self.api.table
        return all(tables.column(table, c.path.field).behaviour.after_create for c in changes)

    def _read(self, live: Live, written: Live | None = None) -> Live:
        if written is not None and written.complete:
            return self._said(written, written=True)
        now = writing.read_back(self.api, live, _IS_THERE if self.api.table.named else _LOOKS_FIRST)
        if now is None:
            raise NotApplied(f"{live.id} was deleted by others right after it was written")
        return self._said(now, written=True)

    def _find(self) -> Live | None:
        found = self.api.find(self.declared, self.claim)
        if found is None:
            return None
        if not self.api.table.named and (self.replaces(found.id) or self.is_known(found.id)):
            return None
        return self._said(found, written=True)

    def _find_lost(self, failure: Lost) -> Live | None:
        """What a create of unknown outcome has made; where nothing tells, it stays unknown."""
        try:
            return self._find()
        except RegistryError as error:
            failure.remedy = _MAY_BE_THERE if self.api.table.named else _LOOKS_FIRST
            raise failure from error

    def _said(self, live: Live, *, written: bool) -> Live:
        """In the words of the declaration; ``written``: what it hides is what we wrote."""
        known = self.declared if written else {}
        return spelled(self.api.table, live, known, self.declared)

    def _left(self, values: Mapping[str, Any], *, written: bool = True) -> list[Change]:
        """What still differs; once it is written, a known rewriting by the server aside."""
        table = self.api.table
        now = owned.flatten(table, values)
        declared = self._wanted(values)
        wanted = owned.flatten(table, declared)
        ownership = Ownership(
            exclusive=listed(self.declared, "exclusive"),
            secret=secret_fields(self.declared),
        )
        return [
            change
            for change in plan(table, declared, values, ownership)
            if not written
            or not tables.column(table, change.path.field).behaviour.rewritten(
                wanted.get(change.path), now.get(change.path)
            )
        ]

    def _wanted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is declared, and what is live where that is ignored."""
        return accepted(self.api.table, self.declared, values, self.ignored)

    def _with_write_only(self, live: Live) -> dict[str, Any]:
        values = dict(live.values)
        for column in tables.inputs(self.api.table):
            if column.behaviour.write_only:
                values[column.name] = self.declared.get(column.name)
        return values
