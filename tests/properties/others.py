"""Other writers: they edit what a program never declares, and see whether it stays theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from laws.worlds import NemoWorld, World
from properties.tables import Hooks, Strategy, column_values
from properties.values import any_json, texts
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import Shape
from pulumi_mlregistry.reconcile.table import Column
from pulumi_mlregistry.sandbox.openmetadata.seeding import identity

VOLATILE: Final = frozenset(
    ("version", "updatedAt", "updatedBy", "changeDescription", "incrementalChangeDescription",
     "updated_at", "last_updated_timestamp", "keys", "latest_versions", "href")
)  # fmt: skip
"""What every write moves, whoever writes."""
_SERVERS: Final = frozenset(("spec", "fileset", "trustRemoteCode", "dataProducts", "connection"))
"""What a server derives from other fields, or keeps only beside them: never edited by others."""
_LISTS: Final = {
    "mlHyperParameters": st.just({"name": "theirs", "value": "t", "description": "d"}),
    "mlFeatures": st.just({"name": "theirs", "description": "d", "featureAlgorithm": "a"}),
    "tags": st.sampled_from(["Tier.Tier1", "Tier.Tier2"]).map(lambda tag: {"tagFQN": tag}),
    "modelProviders": st.just("theirs/provider"),
}


def edits(world: World, mine: frozenset[str], hooks: Hooks) -> Strategy:
    """One edit by others: a field that is not among ``mine``, or a key of their own in one."""
    core = world.run().core
    kinds: list[Strategy] = []
    for column in tables.inputs(core.table):
        behaviour = column.behaviour
        if behaviour.key or behaviour.create_only or behaviour.set_once:
            continue
        if column.name in _SERVERS or _is_reference(column):
            continue
        if behaviour.shape is Shape.MAP and column.name != "extension":
            value = texts() if "mlflow:" in world.kind else any_json().filter(_can_be_sent)
            kinds.append(st.tuples(st.just(column.name), st.just("theirs"), value))
        elif behaviour.shape is Shape.SET:
            single = _LISTS.get(column.name)
            if single is not None:
                kinds.append(st.tuples(st.just(column.name), st.just("theirs"), single))
        elif behaviour.shape is Shape.VALUE and column.name not in mine:
            value = column_values(column, hooks, core.dialect())
            kinds.append(st.tuples(st.just(column.name), st.just(""), value))
    return st.one_of(*kinds)


def _can_be_sent(value: Any) -> bool:
    """Whether JSON has a way to write it: no infinity."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _is_reference(column: Column) -> bool:
    return column.name in ("owners", "domains", "dataProducts", "dashboard")


@dataclass
class Others:
    """Who else writes to an object; ``ours`` are all keys that the program ever declared."""

    world: World
    mine: frozenset[str]
    ours: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, declared: Mapping[str, Any]) -> None:
        """Take note of the keys of a declaration."""
        core = self.world.run().core
        checked = core.check({**self.world.least("x"), **declared}, {})
        for column in tables.collections(core.table):
            known = self.ours.setdefault(column.name, set())
            value = checked.inputs.get(column.name)
            if isinstance(value, dict):
                known.update(value)
            elif isinstance(value, list):
                known.update(word for item in value for word in _words(item))

    def write(self, id_: str, edit: tuple[str, str, Any]) -> None:
        """Make one edit; what the registry refuses is not made."""
        name, key, value = edit
        if self.world.kind.startswith("openmetadata:"):
            self._patch_openmetadata(id_, name, key, value)
        elif isinstance(self.world, NemoWorld):
            self._patch_nemo(self.world, id_, name, key, value)
        else:
            self._call_mlflow(id_, name, key, value)

    def _column(self, name: str) -> Column:
        return tables.column(self.world.run().core.table, name)

    def _patch_nemo(self, world: NemoWorld, id_: str, name: str, key: str, value: Any) -> None:
        column = self._column(name)
        if key:
            empty: Any = [] if column.behaviour.shape is Shape.SET else {}
            there = world.http.get(world._path(id_)).json()[column.attr] or empty
            whole = [*there, value] if isinstance(there, list) else {**there, key: value}
            value = list(dict.fromkeys(whole)) if isinstance(there, list) else whole
        world.http.patch(world._path(id_), json={column.attr: column.in_snake(value)})

    def _patch_openmetadata(self, id_: str, name: str, key: str, value: Any) -> None:
        world: Any = self.world
        if key:
            found = world.look(id_)
            same = ("name", "tagFQN")
            there = found.get(name) or []
            kept = [i for i in there if all(i.get(k) != value[k] for k in same if k in value)]
            if name == "tags":  # one tier excludes the other
                kept = [i for i in there if not i["tagFQN"].startswith("Tier.")]
                value = {**value, "source": "Classification", "labelType": "Manual"}
            value = [*kept, value]
        if value is None:
            return
        shaped = self._column(name).in_camel(value)
        path = f"/api/v1/{world.collection}/{id_}"
        operation = {"op": "add", "path": f"/{name}", "value": shaped}
        headers = {"content-type": "application/json-patch+json"}
        world.http.patch(path, json=[operation], headers=headers)

    def _call_mlflow(self, id_: str, name: str, key: str, value: Any) -> None:
        world: Any = self.world
        ident, path = world.ident(id_), f"/api/2.0/mlflow/{world.thing}s"
        if key:
            world.http.post(f"{path}/set-tag", json={**ident, "key": key, "value": value})
        elif name == "stage":
            move = {**ident, "stage": value, "archive_existing_versions": False}
            world.http.post(f"{path}/transition-stage", json=move)
        else:
            world.http.patch(f"{path}/update", json={**ident, name: value})

    def theirs(self, id_: str) -> Any:
        """All that others see of the object, without what is the program's and what is volatile."""
        found = self.world.look(id_)
        if found is None:
            return None
        columns = {c.attr: c for c in tables.inputs(self.world.run().core.table)}
        columns |= {c.name: c for c in columns.values()}
        columns |= {n[:-1]: columns[n] for n in ("owners", "domains") if n in columns}
        kept = {}
        for name, value in found.items():
            column = columns.get("stage" if name == "current_stage" else name)
            if name in VOLATILE or (column is not None and column.name in _SERVERS):
                continue
            if column is None or value is None:
                kept[name] = value
            elif column.behaviour.shape is Shape.VALUE:
                if column.name not in self.mine:
                    kept[name] = value
            else:
                kept[name] = self._not_ours(column.name, value)
        return {k: v for k, v in kept.items() if v not in (None, [], {})}

    def have(self, id_: str, before: Any) -> None:
        """Assert that nothing of theirs has changed."""
        now = self.theirs(id_) or {}
        keys = [k for k in {**before, **now} if before.get(k) != now.get(k)]
        assert not keys, "; ".join(f"{k}: {before.get(k)!r} => {now.get(k)!r}" for k in keys)

    def _not_ours(self, name: str, value: Any) -> Any:
        ours = self.ours.get(name, set()) | {"mlregistry.owner"}
        if isinstance(value, dict) and name not in ("owners", "domains"):
            return {k: v for k, v in value.items() if k not in ours}
        items = value if isinstance(value, list) else [value]
        return [item for item in items if not ours & set(_words(item))]


def _words(item: Any) -> list[str]:
    """All by which an item may be meant."""
    if not isinstance(item, dict):
        return [str(item)]
    named = [item.get(k) for k in ("id", "name", "tagFQN", "fullyQualifiedName", "key")]
    if item.get("type") in ("user", "team") and item.get("name"):
        named.append(identity(item["type"], item["name"]))
    return [str(word) for word in named if word is not None]
