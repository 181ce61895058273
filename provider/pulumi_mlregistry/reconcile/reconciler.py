"""Create, read, update and delete: the only place that knows what to do about what others did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pulumi_mlregistry.reconcile import checks, owned, results, singles
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.canonical import plain
from pulumi_mlregistry.reconcile.creating import Creation
from pulumi_mlregistry.reconcile.deleting import RECREATION_REMEDY, Deletion, recreation
from pulumi_mlregistry.reconcile.errors import NotAuthenticated, OtherRegistry, RegistryError
from pulumi_mlregistry.reconcile.foresight import Foresight
from pulumi_mlregistry.reconcile.foretelling import foretold
from pulumi_mlregistry.reconcile.ignored import accepted
from pulumi_mlregistry.reconcile.ledger import Ledger, Wanted
from pulumi_mlregistry.reconcile.left_out import LeftOut, Program, no_program
from pulumi_mlregistry.reconcile.listing import Listings, Unlisted, Walk
from pulumi_mlregistry.reconcile.parents import Parents, whose_changed
from pulumi_mlregistry.reconcile.paths import Path
from pulumi_mlregistry.reconcile.phrases import (
    ANOTHER_OBJECT,
    LAST_CONFIGURATION,
    changed_outside,
)
from pulumi_mlregistry.reconcile.planning import (
    Change,
    Diff,
    plan,
    policies_changed,
    remote_name,
    replaced_on,
    same_name,
)
from pulumi_mlregistry.reconcile.protocol import Api, Live, Result
from pulumi_mlregistry.reconcile.reading import Reading, reading, unless_doubtful
from pulumi_mlregistry.reconcile.redaction import redact
from pulumi_mlregistry.reconcile.state import (
    IGNORED,
    OWNER,
    PARENT,
    RESTORED,
    State,
    applied_marks,
    identity_text,
    ignored_paths,
    is_same_object,
    listed,
    policy_notes,
    refuse_elsewhere,
)
from pulumi_mlregistry.reconcile.table import HIDDEN, REPLACE_ON, Table, milder
from pulumi_mlregistry.reconcile.telling import secret_texts, told
from pulumi_mlregistry.reconcile.unknown import has_unknown
from pulumi_mlregistry.reconcile.updating import Update


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
    program: Program = no_program
    fallback: checks.Setting = lambda _key: None
    """What the environment says of a configuration key, whatever is configured."""
    foresight: Foresight = field(default_factory=Foresight)
    listings: Listings = field(default_factory=Listings)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> checks.Checked:
        """Prepare and judge declared values; no I/O."""
        checked = checks.check(self.table, news, olds, self.setting, self.dialect())
        self._note_wanted(checked, olds)
        self._parents.identify(checked.inputs)
        self._parents.check(checked, self._policy(checked.inputs, "deletePolicy"))
        checked.failures += singles.claim(self.table, self.ledger, self._here, checked.inputs)
        return checked

    def _note_wanted(self, checked: checks.Checked, olds: Mapping[str, Any]) -> None:
        """Note what is declared; refuse a replacement that keeps the name and is not allowed.

        The engine checks without the last inputs what is new, and what is to be replaced.
        """
        inputs = checked.inputs
        owner, names = str(inputs.get(OWNER) or ""), remote_name(self.table, inputs)
        allowed = inputs.get("allowRecreate") is True
        before = self.ledger.declared_before(owner)
        self.ledger.want(owner, Wanted(names, allowed, inputs.get("recursive") is True))
        if olds:
            self.ledger.declared(owner, olds)
            return
        forced = before is not None and names == remote_name(self.table, before) != ()
        if forced and self.table.named and not allowed:
            checked.fail("name", f"stays: {recreation(self.table)}. {RECREATION_REMEDY}")

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
        state = self._state(outputs, news)
        with self._told("compare", id_, outputs, news):
            self._bound(state)
        changes = replaced_on(self._plan(state, news), news.get(REPLACE_ON) or ())
        policies = policies_changed(self.table, outputs, news) + self._parents.changed(state)
        owner = str(news.get(OWNER) or "")
        self._note_as_parent(owner, news, state.adopted)
        if state.owner and owner and state.owner != owner:
            self.ledger.renamed(state.owner, owner, self._key(id_))
        self.ledger.note(owner, self._key(id_))
        named_alike = same_name(self.table, outputs, news)
        notes = tuple(policy_notes(self.table, state, news))
        result = Diff(tuple(changes), policies, named_alike, notes)
        if result.replaces and not self.table.named and remote_name(self.table, news):
            self.ledger.replace(owner)
        if result.replaces and named_alike and news.get("allowRecreate") is True:
            recursive = news.get("recursive") is True
            self.ledger.recreate(self._key(id_), recursive=recursive)
        return result

    def create(self, inputs: Mapping[str, Any]) -> Result:
        """Create, or what `on_conflict` says where the object exists."""
        inputs = plain(inputs)
        with self._told("create", str(inputs.get("name") or ""), inputs):
            return self._create(inputs)

    def read(
        self, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any] | None = None
    ) -> Result:
        """The live state of what is owned; everything where nothing was ever applied.

        ``inputs`` are the last ones where the engine hands them over: of what an import has read,
        they say what the program has declared since.
        """
        if inputs and inputs.get(IGNORED):
            outputs = {**outputs, IGNORED: inputs[IGNORED]}
        with self._told("read", id_, outputs):
            found = self._read(id_, State.load(self.table, outputs, inputs))
        return results.as_declared_before(self.table, found, inputs)

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
            return self._update(id_, self._state(outputs, news), news, again)

    def foretold(self, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """What update, or without outputs create, will answer as far as that is known; no I/O."""
        state = self._state(outputs, news)
        writes = bool(self._plan(state, news))
        ours = accepted(self.table, news, state.outputs, ignored_paths(news) if outputs else ())
        return foretold(self.table, outputs, ours, self.registry, writes=writes)

    def _plan(self, state: State, news: Mapping[str, Any]) -> list[Change]:
        """The changes that `news` asks for, but for what it ignores."""
        ours = accepted(self.table, news, state.outputs, ignored_paths(news))
        return plan(self.table, ours, state.outputs, state.ownership(news))

    def delete(self, id_: str, outputs: Mapping[str, Any]) -> None:
        """Delete as the policy says, unless the object is still wanted or another one by now."""
        with self._told("delete", id_, outputs):
            state = State.load(self.table, outputs)
            self._bound(state)
            policy = self._delete_policy(state)
            self.listings.close()
            self._parents.identify(outputs)
            deletion = Deletion(self.table, self.connect, self.ledger, self.log)
            deletion.stacks = self._parents.identities(outputs)
            deletion.declared_by = self._left_out.declaring
            deletion.run(id_, self._key(id_), state, policy)

    def _create(self, inputs: Mapping[str, Any]) -> Result:
        policy, owner = self._policy(inputs, "onConflict") or "fail", str(inputs.get(OWNER) or "")
        inputs = {**inputs, **self._parents.of(inputs)}
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
        self._note_as_parent(owner, inputs, adopted)
        if adopted and not self.table.named:
            creation.api.mark(live.id, self._parents.mark(inputs, adopted=adopted))
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
        news = {**news, **(self._parents.of(news) or {PARENT: outputs.get(PARENT)})}
        self.ledger.note(str(news.get(OWNER) or ""), self._key(id_))
        claimed = set(listed(news, "exclusive")) - set(listed(outputs, "exclusive"))
        waits = bool(self.table.unfinished(outputs))
        again = again and (waits or not policies_changed(self.table, outputs, news))
        planned = claimed or self._plan(state, news)
        if whose_changed(state, news):
            self.connect().mark(id_, self._parents.mark(news, adopted=state.adopted))
        if not planned and not again:
            live = Live(id_, dict(outputs), dict(outputs))
            return self._result(live, news, outputs, state.applied, adopted=state.adopted)
        api = self.connect()
        self.listings.close()
        adopt = self._policy(news, "onConflict") == "adopt"

        def not_taken(changes: Sequence[Change]) -> list[Change]:
            return singles.not_taken(self.table, self.ledger, self._here, news, changes)

        done = Update(api, state, news, adopt, not_taken, self._is_known).run(id_)
        live = api.settle(done.live) if again else done.live
        return self._result(live, news, done.values, done.echoes, adopted=state.adopted)

    def _result(
        self,
        live: Live,
        news: Mapping[str, Any],
        values: Mapping[str, Any],
        echoes: Mapping[Path, str],
        *,
        adopted: bool | str,
    ) -> Result:
        news = {**news, **self._parents.identified(news)}
        return results.written(
            self.table, self.registry(), live, news, values, echoes, adopted=adopted
        )

    def _finish(
        self,
        live: Live,
        declared: Mapping[str, Any],
        values: Mapping[str, Any],
        marks: Mapping[Path, str],
        adopted: bool | str,
    ) -> Result:
        return results.result(self.table, self.registry(), live, declared, values, marks, adopted)

    def _state(self, outputs: Mapping[str, Any], news: Mapping[str, Any]) -> State:
        """The last outputs, and whose they are by what the program declared in the last run."""
        self._parents.identify(outputs)
        before = self.ledger.declared_before(str(news.get(OWNER) or ""))
        return State.load(self.table, outputs, before)

    @property
    def _left_out(self) -> LeftOut:
        return LeftOut(self.table, self.ledger, self.setting, self.program)

    @property
    def _parents(self) -> Parents:
        return Parents(self.table, self.ledger, self._here)

    def _note_as_parent(self, owner: str, declared: Mapping[str, Any], adopted: bool | str) -> None:
        policy = self._policy(declared, "deletePolicy") or ("retain" if adopted else "")
        self._parents.note(owner, declared, policy)

    def _policy(self, values: Mapping[str, Any], name: str) -> str:
        return str(values.get(name) or self.setting(name) or "")

    def _delete_policy(self, state: State) -> str:
        own = state.outputs.get("deletePolicy")
        if own:
            return str(own)
        if state.adopted:
            return self.table.default_delete if state.adopted == RESTORED else "retain"
        configured = self.setting("deletePolicy")
        if not self.ledger.has_program:  # what is configured is of the last up
            configured = milder(configured, self.fallback("deletePolicy"))
        taken = tables.choices(tables.column(self.table, "deletePolicy"))
        return configured if configured in taken else self.table.default_delete

    @contextmanager
    def _told(self, operation: str, name: str, *values: Mapping[str, Any]) -> Iterator[None]:
        try:
            with told(self.table, operation, name, self._here, values):
                yield
        except (NotAuthenticated, OtherRegistry) as error:
            if not self.ledger.has_program:
                error.remedy = f"{error.remedy}. {LAST_CONFIGURATION}"
            raise

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
