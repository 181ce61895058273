"""Decides what one registration means: same, create, update or replace, and in which order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from pulumi_mlregistry.localengine.changes import property_changes
from pulumi_mlregistry.localengine.context import Context
from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.goals import Goal
from pulumi_mlregistry.localengine.host import Diff, Host
from pulumi_mlregistry.localengine.paths import covers, parse_path, reset
from pulumi_mlregistry.localengine.report import CREATE, REPLACE, SAME, UPDATE
from pulumi_mlregistry.localengine.state import State
from pulumi_mlregistry.localengine.values import UNKNOWN, Properties, equal, plain, redacted


class CheckFailed(EngineError):
    """The provider refused inputs; each refusal was recorded already."""


@dataclass
class Plan:
    """What is to be done for one registration."""

    op: str
    new: State
    old: State | None = None
    delete_first: bool = False
    condemned: list[State] = field(default_factory=list)
    """Old resources to delete before the new one is created, in order."""
    replaces: list[str] = field(default_factory=list)
    """The properties that force a replacement."""
    hide: list[str] = field(default_factory=list)


class Planner:
    """Plans registrations, one at a time: the caller holds a lock around `plan`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._replaced: set[str] = set()
        self.deleted: set[str] = set()
        """URNs whose old object goes in this run."""

    def plan(self, goal: Goal, new: State, old: State | None) -> Plan:
        """Check and diff one registration; raises `EngineError` and `ProviderError`."""
        if goal.is_provider:
            plan = self._plan_provider(new, old)
        elif not goal.custom:
            plan = self._plan_component(new, old)
        else:
            plan = self._plan_custom(goal, new, old)
        plan.hide = goal.hide_diffs
        return plan

    def _plan_provider(self, new: State, old: State | None) -> Plan:
        new.outputs = dict(new.inputs)
        if old is None:
            new.id = "" if self._context.dry_run else str(uuid.uuid4())
            return Plan(CREATE, new)
        new.id = old.id
        return Plan(SAME if equal(plain(old.inputs), plain(new.inputs)) else UPDATE, new, old)

    def _plan_component(self, new: State, old: State | None) -> Plan:
        if old is None:
            return Plan(CREATE, new)
        if old.custom:
            raise Refused(f"{new.urn} was a custom resource and is now a component: rename it")
        new.outputs = old.outputs
        return Plan(SAME if equal(old.inputs, new.inputs) else UPDATE, new, old)

    def _plan_custom(self, goal: Goal, new: State, old: State | None) -> Plan:
        host = self._context.host_of(new)
        if old is None or new.urn in self.deleted:
            return self._plan_create(goal, new, old, host)
        inputs = goal.inputs
        for path in goal.ignore_changes:
            inputs = reset(parse_path(path), old.inputs, inputs)
        new.inputs = self._checked(host, new, old.inputs, inputs)
        diff = self._diff(goal, new, old, host)
        if old.pending_replacement or (diff.changes and diff.replaces):
            return self._plan_replace(goal, new, old, diff, host)
        # An object whose creation went half wrong gets another update, even with no difference.
        if diff.changes or old.init_errors:
            return Plan(UPDATE, new, old)
        return Plan(SAME, new, old)

    def _plan_create(self, goal: Goal, new: State, old: State | None, host: Host | None) -> Plan:
        new.inputs = self._checked(host, new, {}, goal.inputs)
        if old is None:
            return Plan(CREATE, new)
        # Deleted earlier in this run, because what it depends on was replaced.
        self._replaced.add(new.urn)
        return Plan(REPLACE, new, old, delete_first=True)

    def _checked(
        self, host: Host | None, new: State, olds: Properties, news: Properties
    ) -> Properties:
        if host is None:
            return news
        inputs, failures = host.check(new.urn, olds, news)
        for failure in failures:
            where = ""
            if failure.property:
                value = redacted(news.get(failure.property))
                where = f"property {failure.property} value {value} "
            self._context.fail(
                f"{new.type} resource '{new.name}': {where}has a problem: {failure.reason}", new.urn
            )
        if failures:
            raise CheckFailed(new.urn)
        return inputs

    def _diff(self, goal: Goal, new: State, old: State, host: Host | None) -> Diff:
        if goal.deleted_with in self._replaced:
            return Diff(True, replaces=["deletedWith"])
        diff = self.ask_diff(host, old, new.inputs, goal.ignore_changes)
        return _with_replace_on_changes(diff, goal, new, old)

    def ask_diff(self, host: Host | None, old: State, news: Properties, ignore: list[str]) -> Diff:
        """The provider's diff; where it cannot say, the inputs decide."""
        diff = Diff(None)
        if host is not None:
            diff = host.diff(old.urn, old.id, (old.inputs, old.outputs), news, ignore)
        if diff.changes is None:
            changed = [
                key
                for key in sorted({*old.inputs, *news})
                if key not in old.inputs
                or key not in news
                or not equal(plain(old.inputs[key]), plain(news[key]))
            ]
            return replace(diff, changes=bool(changed), changed=changed)
        return diff

    def _plan_replace(
        self, goal: Goal, new: State, old: State, diff: Diff, host: Host | None
    ) -> Plan:
        if new.protect and old.protect:
            self._refuse_protected(new.urn, f"{new.urn} must be replaced ({_listed(diff)})")
        self._replaced.add(new.urn)
        # What the provider filled in from the old inputs does not hold for a new object.
        new.inputs = self._checked(host, new, {}, goal.inputs)
        delete_first = diff.delete_before_replace
        if goal.delete_before_replace is not None:
            delete_first = goal.delete_before_replace
        plan = Plan(REPLACE, new, old, delete_first, replaces=diff.replaces)
        if old.pending_replacement:
            plan.delete_first = True
        elif delete_first:
            plan.condemned = [*self._dependents_to_replace(old), old]
            self.deleted.update(state.urn for state in plan.condemned)
        return plan

    def _dependents_to_replace(self, root: State) -> list[State]:
        """Old resources that the deletion of ``root`` forces to be replaced, last ones first.

        They are found by asking for a diff in which every input that comes from a replaced
        resource is unknown.
        """
        replaced = {root.urn}
        found: list[State] = []
        for state in self._context.journal.olds():
            if state is root or not state.custom or state.external or state.delete:
                continue
            if state.urn not in self.deleted and self._falls_with(state, replaced):
                replaced.add(state.urn)
                found.append(state)
        for state in found:
            if state.protect:
                self._refuse_protected(
                    root.urn, f"{state.urn} must be replaced along with {root.urn}"
                )
        return found[::-1]

    def _falls_with(self, state: State, replaced: set[str]) -> bool:
        if state.deleted_with in replaced:
            return True
        touched = {
            key for key, urns in state.property_dependencies.items() if replaced.intersection(urns)
        }
        if not state.provider or not touched.intersection(state.inputs):
            return False
        news = {key: UNKNOWN if key in touched else v for key, v in state.inputs.items()}
        host = self._context.host_of(state)
        diff = self.ask_diff(host, state, news, state.ignore_changes)
        return bool(diff.changes and diff.replaces)

    def _refuse_protected(self, urn: str, what: str) -> None:
        message = (
            f"{what}, and it is protected: take `protect` off it in the program, run `up`, "
            "then make the change"
        )
        if not self._context.dry_run:
            raise EngineError(message)
        # A preview goes on, to show which difference is the cause.
        self._context.fail(message, urn)


def _listed(diff: Diff) -> str:
    return ", ".join(diff.replaces) or "its last replacement was interrupted"


def _with_replace_on_changes(diff: Diff, goal: Goal, new: State, old: State) -> Diff:
    if not goal.replace_on_changes or not diff.changes or diff.replaces:
        return diff
    patterns = [parse_path(path) for path in goal.replace_on_changes]
    if diff.changed:
        hits = [k for k in diff.changed if any(covers(p, parse_path(k)) for p in patterns)]
        return replace(diff, replaces=hits)
    paths = [parse_path(change.path) for change in property_changes(old.inputs, new.inputs)]
    if any(covers(pattern, path) for pattern in patterns for path in paths):
        raise Refused(
            f"replace_on_changes of {new.urn} cannot be honoured: its provider says that something "
            "changed but not what; let the provider's diff name it in `replaces`"
        )
    return diff
