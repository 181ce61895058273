"""Create, read, update and delete: the only place that knows what to do about what others did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.reconcile import checks, owned, singles, writing
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import plain
from pulumi_mlregistry.reconcile.conflicts import refuse_conflicts
from pulumi_mlregistry.reconcile.creating import Creation
from pulumi_mlregistry.reconcile.deleting import Deletion
from pulumi_mlregistry.reconcile.errors import Gone, Lost, RegistryError, Stale
from pulumi_mlregistry.reconcile.foresight import Foresight
from pulumi_mlregistry.reconcile.foretelling import foretold
from pulumi_mlregistry.reconcile.ledger import Ledger
from pulumi_mlregistry.reconcile.listing import Listings, Unlisted, Walk
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.phrases import ANOTHER_OBJECT, changed_outside
from pulumi_mlregistry.reconcile.planning import (
    Change,
    Kind,
    plan,
    policies_changed,
    same_name,
)
from pulumi_mlregistry.reconcile.protocol import Api, Live, Result
from pulumi_mlregistry.reconcile.reading import Reading, reading, unless_doubtful
from pulumi_mlregistry.reconcile.redaction import redact
from pulumi_mlregistry.reconcile.spelling import spelled
from pulumi_mlregistry.reconcile.state import (
    OWNER,
    RESTORED,
    SECRETS,
    State,
    applied_marks,
    identity_text,
    is_same_object,
    kept_arguments,
    listed,
    make_outputs,
    refuse_elsewhere,
    respell,
)
from pulumi_mlregistry.reconcile.table import HIDDEN, Table
from pulumi_mlregistry.reconcile.telling import secret_texts, told
from pulumi_mlregistry.reconcile.unknown import has_unknown

_ANEW = "Run pulumi refresh: the next up then creates it anew"
_SOFT = (
    "Run pulumi refresh; where it was deleted softly it keeps its name: restore it at the server, "
    'or set on_conflict="adopt" for the next up'
)
_ATTEMPTS = 4
"""How often an update whose replies are lost reads and writes."""


@dataclass(frozen=True)
class Diff:
    """What a new declaration asks for: changes by path, and policies that are only kept."""

    changes: tuple[Change, ...]
    policies: tuple[str, ...]
    delete_before_replace: bool

    @property
    def replaces(self) -> list[str]:
        """The properties that force a replacement."""
        return sorted({c.path.field for c in self.changes if c.kind is Kind.REPLACE})

    @property
    def any(self) -> bool:
        """Whether the engine has to act."""
        return bool(self.changes or self.policies)


@dataclass
class Reconciler:
    """One resource type at one registry; ``setting`` reads configuration, ``log`` is for users."""

    table: type[Table]
    connect: Callable[[], Api]
    registry: Callable[[], str]
    setting: checks.Setting
    ledger: Ledger
    log: Callable[[str], None]
    walk: Walk
    moved_from: Callable[[], frozenset[str]] = frozenset
    dialect: Callable[[], str] = str
    foresight: Foresight = field(default_factory=Foresight)
    listings: Listings = field(default_factory=Listings)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> checks.Checked:
        """Prepare and judge declared values; no I/O."""
        checked = checks.check(self.table, news, olds, self.setting, self.dialect())
        checked.failures += singles.claim(self.table, self.ledger, self._here, checked.inputs)
        return checked

    def foresee(self, inputs: Mapping[str, Any]) -> None:
        """In a preview, warn of an object that a create of checked ``inputs`` would meet.

        Reads within the time that ``foresight`` has left; never fails.
        """
        if not self.table.named or self.setting("previewLookups") == "false":
            return
        keys = (inputs.get(c.name) for c in tables.inputs(self.table) if c.behaviour.key)
        if not any(map(has_unknown, keys)):
            self.foresight.look(lambda: self._foreseen(inputs), self.log)

    def _foreseen(self, inputs: Mapping[str, Any]) -> str:
        api = self.connect()
        creation = Creation(api, inputs, self._policy(inputs, "onConflict") or "fail")
        seen = self.listings.seen(api, self.walk, inputs)
        if seen in (Unlisted.MISSED, Unlisted.ABSENT):
            return ""
        told = creation.foresee(seen if isinstance(seen, Live) else None)
        owner = str(inputs.get(OWNER) or "")
        if not told or self.ledger.has(owner, self._key(creation.met)):
            return ""  # a replacement under its own name meets itself
        called = self.table.called(creation.met, inputs)
        return redact(f"{called}: {told}", list(secret_texts(self.table, [inputs])))

    def diff(self, id_: str, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> Diff:
        """What `news` asks for against the last outputs; no I/O."""
        state = State.load(self.table, outputs)
        with self._told("compare", id_, outputs, news):
            self._bound(state)
        changes = plan(self.table, news, state.outputs, state.ownership(news))
        policies = policies_changed(self.table, outputs, news)
        owner = str(news.get(OWNER) or "")
        if state.owner and owner and state.owner != owner:
            self.ledger.renamed(state.owner, owner)
        self.ledger.note(owner, self._key(id_))
        named_alike = same_name(self.table, outputs, news)
        result = Diff(tuple(changes), policies, delete_before_replace=named_alike)
        if result.replaces and named_alike and news.get("allowRecreate") is True:
            recursive = news.get("recursive") is True
            self.ledger.recreate(self._key(id_), recursive=recursive)
        return result

    def create(self, inputs: Mapping[str, Any]) -> Result:
        """Create, or what `on_conflict` says where the object exists."""
        inputs = plain(inputs)
        with self._told("create", str(inputs.get("name") or ""), inputs):
            return self._create(inputs)

    def read(self, id_: str, outputs: Mapping[str, Any]) -> Result:
        """The live state of what is owned; everything where nothing was ever applied."""
        with self._told("read", id_, outputs):
            return self._read(id_, State.load(self.table, outputs))

    def update(
        self,
        id_: str,
        outputs: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        again: bool = False,
    ) -> Result:
        """The smallest write that makes the declaration true; none where only policies changed.

        ``again``: where nothing changed at all, an earlier create or update is to be completed.
        """
        news = plain(news)
        with self._told("update", id_, outputs, news):
            return self._update(id_, State.load(self.table, outputs), news, again)

    def foretold(self, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """What update, or without outputs create, will answer as far as that is known; no I/O."""
        state = State.load(self.table, outputs)
        writes = bool(plan(self.table, news, state.outputs, state.ownership(news)))
        return foretold(self.table, outputs, news, self.registry, writes=writes)

    def delete(self, id_: str, outputs: Mapping[str, Any]) -> None:
        """Delete as the policy says, unless the object is still wanted or another one by now."""
        with self._told("delete", id_, outputs):
            state = State.load(self.table, outputs)
            self._bound(state)
            policy = self._delete_policy(state)
            self.listings.close()
            Deletion(self.table, self.connect, self.ledger, self.log).run(
                id_, self._key(id_), state, policy
            )

    def _create(self, inputs: Mapping[str, Any]) -> Result:
        policy, owner = self._policy(inputs, "onConflict") or "fail", str(inputs.get(OWNER) or "")
        creation = Creation(self.connect(), inputs, policy)
        creation.replaces = lambda id_: self.ledger.has(owner, self._key(id_))
        creation.is_known = self._is_known
        self.listings.close()
        wanted = creation.api.locate(inputs)
        if wanted:
            # Also when the create fails: another resource's delete must not take what was wanted.
            self.ledger.note(owner, self._key(wanted), made=True)
        try:
            live, echoes = creation.run(self.log)
        except RegistryError as error:
            if (left := creation.left) is not None:
                marks = applied_marks(owned.flatten(self.table, inputs), {})
                error.left = self._finish(left, inputs, left.values, marks, adopted=False)
            raise
        finally:
            if creation.met:
                self.ledger.note(owner, self._key(creation.met), made=True)
        self.ledger.note(owner, self._key(live.id), made=True)
        adopted = RESTORED if creation.restored else creation.adopted
        return self._result(live, inputs, live.values, echoes, adopted=adopted)

    def _read(self, id_: str, state: State) -> Result:
        self._bound(state)
        api = self.connect()
        found = self._listed(api, id_, state)
        if found is None:
            live = api.read(id_)
            if live is None:
                return Result("", {}, {})
            if not is_same_object(state, live):
                now = identity_text(self.table, live)
                name = self.table.called(id_, state.outputs)
                self.log(f"{name} {ANOTHER_OBJECT}: {now}")
                return Result("", {}, {})
            found = reading(self.table, state, live)
        live = found.live
        if found.drifted:
            when = f" ({live.last_change})" if live.last_change else ""
            name = self.table.called(live.id, live.server)
            self.log(f"{name} {changed_outside(found.drifted, when)}")
        kept = {k: v for k, v in state.outputs.items() if k in tables.by_name(self.table)}
        kept |= _hidden(state.outputs)
        return self._finish(live, kept, found.values, found.marks, state.adopted)

    def _listed(self, api: Api, id_: str, state: State) -> Reading | None:
        """The object as a list shows it, where that is enough."""
        if state.imported:
            return None
        live = self.listings.seen(api, self.walk, state.outputs)
        if not isinstance(live, Live) or live.id != id_:
            return None
        return unless_doubtful(self.table, state, live)

    def _update(self, id_: str, state: State, news: Mapping[str, Any], again: bool) -> Result:
        outputs = state.outputs
        self._bound(state)
        self.ledger.note(str(news.get(OWNER) or ""), self._key(id_))
        claimed = set(listed(news, "exclusive")) - set(listed(outputs, "exclusive"))
        waits = bool(self.table.unfinished(outputs))
        again = again and (waits or not policies_changed(self.table, outputs, news))
        planned = claimed or plan(self.table, news, state.outputs, state.ownership(news))
        if not planned and not again:
            live = Live(id_, dict(outputs), dict(outputs))
            return self._result(live, news, outputs, state.applied, adopted=state.adopted)
        api = self.connect()
        self.listings.close()
        live, values, echoes = self._converge(api, id_, state, news)
        live = api.settle(live) if again else live
        return self._result(live, news, values, echoes, adopted=state.adopted)

    def _converge(
        self, api: Api, id_: str, state: State, news: Mapping[str, Any]
    ) -> tuple[Live, dict[str, Any], dict[Path, str]]:
        """Read, compare, write and read back until nothing is left to change."""
        failure: RegistryError = Stale("others keep writing to it")
        done: tuple[Change, ...] = ()
        planned: list[str] = []
        attempts = 0
        for turn in range(writing.TURNS):
            found = writing.read_after(failure, lambda: api.read(id_))
            found = self._ours(state, found)
            if not self.table.named:
                found = api.settle(found)  # nothing moves to a version that is not usable
            live = spelled(self.table, found, state.outputs, news)
            values = respell(state, live.values)
            adopt = self._policy(news, "onConflict") == "adopt"
            refuse_conflicts(self.table, state, news, live, values, adopt=adopt)
            changes = plan(self.table, news, values, state.ownership(news))
            changes = singles.not_taken(self.table, self.ledger, self._here, news, changes)
            writing.refuse_replacement(changes)
            if not changes:
                return live, values, writing.verify(api, live, values, news, done)
            left = [str(c.path) for c in changes]
            planned = planned or left
            try:
                patch = writing.make_patch(
                    self.table, changes, live, news, take=adopt, ours=self._is_known
                )
                written = api.patch(live, patch)
            except Stale as error:
                failure = error
                writing.step_aside(turn)
                continue
            except (Lost, Gone) as error:  # what is gone, the next look says better
                failure = error
                attempts += 1
                if attempts == _ATTEMPTS:
                    break
                continue
            done = tuple(changes)
            if written is None or not written.complete:
                written = writing.read_back(api, written or live)
            written = spelled(self.table, self._ours(state, written), news, news)
            values = respell(state, written.values)
            return written, values, writing.verify(api, written, values, news, done)
        raise writing.with_progress(failure, planned, left)

    def _ours(self, state: State, live: Live | None) -> Live:
        if live is None or not is_same_object(state, live):
            why = (
                "it was deleted"
                if live is None
                else f"another object has its name: {identity_text(self.table, live)}"
            )
            raise Gone(
                f"{why} since the last update",
                remedy=_SOFT if self.table.default_delete == "soft" else _ANEW,
            )
        return live

    def _result(
        self,
        live: Live,
        news: Mapping[str, Any],
        values: Mapping[str, Any],
        echoes: Mapping[Path, str],
        *,
        adopted: bool | str,
    ) -> Result:
        declared = {k: v for k, v in news.items() if not has_unknown(v)}
        shown = writing.as_declared(self.table, values, declared, echoes)
        marks = applied_marks(owned.flatten(self.table, declared), echoes)
        return self._finish(live, declared, shown, marks, adopted)

    def _finish(
        self,
        live: Live,
        declared: Mapping[str, Any],
        values: Mapping[str, Any],
        marks: Mapping[Path, str],
        adopted: bool | str,
    ) -> Result:
        arguments = kept_arguments(self.table, declared, values, marks)
        outputs = make_outputs(
            self.table,
            live,
            values,
            arguments=arguments,
            marks=marks,
            declared=declared,
            registry=self.registry(),
            adopted=adopted,
        )
        kept = {c.name for c in tables.policies(self.table)}
        kept |= {c.name for c in tables.outputs(self.table) if c.behaviour.derived}
        inputs = arguments | {k: v for k, v in outputs.items() if k in kept}
        inputs |= {k: declared[k] for k in (OWNER, SECRETS) if declared.get(k)}
        return Result(live.id, outputs, inputs)

    def _policy(self, values: Mapping[str, Any], name: str) -> str:
        return str(values.get(name) or self.setting(name) or "")

    def _delete_policy(self, state: State) -> str:
        own = state.outputs.get("deletePolicy")
        if own:
            return str(own)
        if state.adopted:
            return self.table.default_delete if state.adopted == RESTORED else "retain"
        configured = self.setting("deletePolicy")
        taken = tables.choices(tables.column(self.table, "deletePolicy"))
        return configured if configured in taken else self.table.default_delete

    def _told(
        self, operation: str, name: str, *values: Mapping[str, Any]
    ) -> AbstractContextManager[None]:
        return told(self.table, operation, name, self._here, values)

    def _here(self) -> str:
        try:
            return self.registry()
        except RegistryError:
            return ""

    def _bound(self, state: State) -> None:
        refuse_elsewhere(state, self.registry(), self.moved_from())

    def _key(self, id_: str) -> str:
        return f"{self.registry()} {self.table.kind} {id_}"

    def _is_known(self, id_: str) -> bool:
        return self.ledger.is_known(self._key(id_))


def _hidden(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in outputs.items() if k.startswith(HIDDEN)}
