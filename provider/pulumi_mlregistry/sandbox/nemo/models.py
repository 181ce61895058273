"""Model entities and their adapters."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from pulumi_mlregistry.sandbox.nemo import filters, validation
from pulumi_mlregistry.sandbox.nemo.errors import NemoError, Stale
from pulumi_mlregistry.sandbox.nemo.filesets import Filesets
from pulumi_mlregistry.sandbox.nemo.store import (
    Entity,
    Json,
    Page,
    Store,
    check_project,
    check_workspace,
    pagination,
)
from pulumi_mlregistry.sandbox.service import Reply, Request, json_reply

_SORTS = ("name", "-name", "created_at", "-created_at", "updated_at", "-updated_at")
_MOST_A_PAGE = 1000
_PARAMS, _FREE = "inference_params", ("custom_fields", "ownership")
# Between reading an entity and writing it the platform takes tens of milliseconds, in which another
# writer comes in. Without a pause, two would hardly ever meet here.
_RACE_SECONDS = 0.005

_PLUGIN_OFF = (
    "tool_call_plugin is disabled at the platform level. Set models.tool_call_plugin.enabled=true "
    "in the platform configuration to allow custom parser plugins."
)


class Models:
    """The operations on entities; each answers a request."""

    def __init__(self, store: Store, filesets: Filesets) -> None:
        self._store = store
        self._filesets = filesets

    def create(self, request: Request, workspace: str) -> Reply:
        """POST ``/models``; never an upsert."""
        body, _ = _body(request, "CreateModelEntityRequest")
        name, project = body.pop("name"), body.pop("project")
        if body["fileset"]:
            self._filesets.find(workspace, body["fileset"])
        _check_plugin(body)
        data = {
            **body,
            "base_model": body["base_model"] or None,
            "custom_fields": body["custom_fields"] or {},
            "model_providers": body["model_providers"] or [],
        }
        taken = NemoError(
            409, f"Model with workspace '{workspace}' and name '{name}' already exists"
        )
        if self._store.get("model", workspace, name):
            raise taken
        check_workspace(self._store, workspace)
        check_project(self._store, workspace, project)
        try:
            made = self._store.create("model", workspace, name, data, project=project)
        except sqlite3.IntegrityError:
            raise taken from None
        return json_reply(201, self._shown(made, verbose=True))

    def get(self, request: Request, workspace: str, name: str) -> Reply:
        """GET ``/models/{name}``."""
        verbose = validation.flag(request.query, "verbose")
        return json_reply(200, self._shown(self._found(workspace, name), verbose=verbose))

    def listing(self, request: Request, workspace: str) -> Reply:
        """GET ``/models``: what is null is left out."""
        verbose = validation.flag(request.query, "verbose")
        page = _page(request, _SORTS)
        parsed = filters.parse(request.query)
        of_filter = parsed.pop("workspace", None)
        if of_filter is not None:
            workspace = of_filter["$eq"] if isinstance(of_filter, dict) else of_filter
        try:
            page.where, page.values = filters.where(parsed, filters.MODELS)
            known = workspace == "-" or self._store.workspace_exists(workspace)
            if not known or page.page < 1 or not 1 <= page.size <= _MOST_A_PAGE:
                raise filters.Unlistable
        except filters.Unlistable:
            raise NemoError(500, "Failed to list model entities") from None
        found, total = self._store.page("model", workspace, page)
        data = [_without_nulls(self._shown(each, verbose=verbose)) for each in found]
        return json_reply(
            200,
            {"data": data, "pagination": pagination(page, len(data), total), "sort": page.sort},
        )

    def update(self, request: Request, workspace: str, name: str) -> Reply:
        """PATCH ``/models/{name}``: null keeps, except where only null can clear."""
        body, given = _body(request, "UpdateModelEntityRequest")
        verbose = validation.flag(request.query, "verbose")
        entity = self._found(workspace, name)
        if body["fileset"]:
            self._filesets.find(workspace, body["fileset"])
        _check_plugin(body)
        changes = {key: _thin(key, value) for key, value in body.items() if value is not None}
        if "backend_format" in given:
            changes["backend_format"] = body["backend_format"]
        if body["fileset"]:
            # Trust that is there already wins over trust that is to be taken away.
            changes["trust_remote_code"] = bool(
                body["trust_remote_code"] or entity.data["trust_remote_code"]
            )
        if body["fileset"] is not None:
            self._filesets.find_filled(workspace, body["fileset"])
        if "base_model" in changes:
            changes["base_model"] = changes["base_model"] or None
        time.sleep(_RACE_SECONDS)
        check_project(self._store, workspace, entity.project)
        try:
            updated = self._store.update(entity, {**entity.data, **changes})
        except Stale:
            raise NemoError(500, "Failed to update model entity") from None
        return json_reply(200, self._shown(updated, verbose=verbose))

    def delete(self, request: Request, workspace: str, name: str) -> Reply:
        """DELETE ``/models/{name}``: its adapters go with it."""
        entity = self._found(workspace, name)
        time.sleep(_RACE_SECONDS)
        try:
            if not self._store.delete(entity):
                raise _unknown(workspace, name)
        except Stale:
            raise NemoError(409, "Concurrent modification - please retry.") from None
        return Reply(204)

    def _found(self, workspace: str, name: str) -> Entity:
        entity = self._store.get("model", workspace, name)
        if entity is None:
            raise _unknown(workspace, name)
        return entity

    def _shown(self, entity: Entity, *, verbose: bool) -> Json:
        spec = entity.data["spec"]
        if spec is not None:
            spec = {**spec, "minimum_gpus_all_weights": None, "minimum_gpus_lora": None}
            if not verbose:
                spec["linear_layers"] = None
        return {
            "id": entity.id,
            "name": entity.name,
            "workspace": entity.workspace,
            "project": entity.project,
            **entity.times,
            **entity.data,
            "spec": spec,
            "adapters": [shown(each) for each in self._store.children("adapter", entity.id)],
        }


class Adapters:
    """The operations on adapters, below their model and by their own name."""

    def __init__(self, store: Store, filesets: Filesets) -> None:
        self._store = store
        self._filesets = filesets

    def create_below(self, request: Request, workspace: str, model: str) -> Reply:
        """POST ``/models/{model}/adapters``."""
        body, _ = _body(request, "CreateModelAdapterRequest")
        unknown = _unknown(workspace, model)
        taken = f"Model adapter already exists: {workspace}/{model}/{body['name']}"
        return self._create(workspace, body, (workspace, model), unknown, taken)

    def create(self, request: Request, workspace: str) -> Reply:
        """POST ``/adapters``."""
        body, _ = _body(request, "CreateAdapterRequest")
        model = body.pop("model")
        owner, _, name = model.rpartition("/")
        unknown = NemoError(404, f"Base model for adapter (model={model!r}) not found")
        taken = f"Adapter with name {body['name']!r} already exists in workspace {workspace!r}"
        return self._create(workspace, body, (owner or workspace, name), unknown, taken)

    def _create(
        self, workspace: str, body: Json, of: tuple[str, str], unknown: NemoError, taken: str
    ) -> Reply:
        self._filesets.find(workspace, body["fileset"])
        model = self._store.get("model", *of)
        if model is None:
            raise unknown
        name = body.pop("name")
        if self._named(workspace, name):
            raise NemoError(409, taken)
        self._filesets.find_filled(workspace, body["fileset"])
        data = {**body, "model": "/".join(of)}
        try:
            made = self._store.create("adapter", workspace, name, data, parent=model.id)
        except sqlite3.IntegrityError:
            raise NemoError(409, taken) from None
        return json_reply(201, shown(made))

    def listing(self, request: Request, workspace: str) -> Reply:
        """GET ``/adapters``."""
        page = _page(request, None)
        if not 1 <= page.size <= _MOST_A_PAGE:
            raise _out_of_range(page.size)
        parsed = filters.parse(request.query)
        sort, page.sort = page.sort, page.sort if page.sort in _SORTS else "created_at"
        try:
            page.where, page.values = filters.where(parsed, filters.ADAPTERS)
        except filters.Unlistable:
            raise NemoError(500, "Failed to list adapter entities") from None
        found, total = self._store.page("adapter", workspace, page)
        answer: Json = {
            "data": [_without_nulls(shown(each)) for each in found],
            "pagination": pagination(page, len(found), total),
            "sort": sort,
        }
        applied = {key: filters.spelled_out(value) for key, value in parsed.items()}
        return json_reply(200, {**answer, "filter": applied} if applied else answer)

    def get(self, request: Request, workspace: str, name: str) -> Reply:
        """GET ``/adapters/{name}``."""
        return json_reply(200, shown(self._in_workspace(workspace, name)))

    def update(self, request: Request, workspace: str, name: str) -> Reply:
        """PATCH ``/adapters/{name}``."""
        body = self._changes(request, workspace)
        return self._update(self._in_workspace(workspace, name), workspace, body)

    def update_below(self, request: Request, workspace: str, model: str, name: str) -> Reply:
        """PATCH ``/models/{model}/adapters/{name}``."""
        body = self._changes(request, workspace)
        return self._update(self._below(workspace, model, name), workspace, body)

    def delete(self, request: Request, workspace: str, name: str) -> Reply:
        """DELETE ``/adapters/{name}``."""
        return self._delete(self._in_workspace(workspace, name))

    def delete_below(self, request: Request, workspace: str, model: str, name: str) -> Reply:
        """DELETE ``/models/{model}/adapters/{name}``."""
        return self._delete(self._below(workspace, model, name))

    def _changes(self, request: Request, workspace: str) -> Json:
        body, _ = _body(request, "UpdateAdapterRequest")
        if body["fileset"]:
            self._filesets.find(workspace, body["fileset"])
        return {key: value for key, value in body.items() if value is not None}

    def _update(self, adapter: Entity, workspace: str, changes: Json) -> Reply:
        if "fileset" in changes:
            self._filesets.find_filled(workspace, changes["fileset"])
        try:
            updated = self._store.update(adapter, {**adapter.data, **changes})
        except Stale:
            raise NemoError(500, "Failed to update model adapter entity") from None
        return json_reply(200, shown(updated))

    def _delete(self, adapter: Entity) -> Reply:
        try:
            self._store.delete(adapter)
        except Stale:
            raise NemoError(409, "Concurrent modification - please retry.") from None
        return Reply(204)

    def _named(self, workspace: str, name: str) -> Entity | None:
        page = Page(where="name = ?", values=[name])
        found, _ = self._store.page("adapter", workspace, page)
        return found[0] if found else None

    def _in_workspace(self, workspace: str, name: str) -> Entity:
        adapter = self._named(workspace, name)
        if adapter is None:
            raise NemoError(404, f"Adapter {name!r} not found in workspace {workspace!r}")
        return adapter

    def _below(self, workspace: str, model: str, name: str) -> Entity:
        where = f"with workspace '{workspace}' and model name '{model}' not found"
        owner = self._store.get("model", workspace, model)
        if owner is None:
            raise NemoError(404, f"Model {where}")
        adapter = self._store.get("adapter", workspace, name, parent=owner.id)
        if adapter is None:
            raise NemoError(404, f"Adapter {name} {where}")
        return adapter


def shown(adapter: Entity) -> Json:
    """An adapter as it is answered."""
    return {
        "name": adapter.name,
        "workspace": adapter.workspace,
        **adapter.data,
        **adapter.times,
    }


def _body(request: Request, schema: str) -> tuple[Json, set[str]]:
    return validation.body(request.body, request.headers.get("content-type", ""), schema)


def _page(request: Request, sorts: tuple[str, ...] | None) -> Page:
    query = request.query
    number = validation.number(query, "page", 1)
    size = validation.number(query, "page_size", 100)
    sort = query.get("sort", ["created_at"])[-1]
    if sorts and sort not in sorts:
        expected = validation.one_of(list(sorts))
        complaint = {
            "type": "enum",
            "loc": ["query", "sort"],
            "msg": f"Input should be {expected}",
            "input": sort,
            "ctx": {"expected": expected},
        }
        raise NemoError(422, [complaint])
    return Page(sort=sort, page=number, size=size)


def _out_of_range(size: int) -> NemoError:
    low = size < 1
    kind, way, key, limit = (
        ("greater_than_equal", "greater", "ge", 1)
        if low
        else ("less_than_equal", "less", "le", _MOST_A_PAGE)
    )
    complaint = {
        "type": kind,
        "loc": ["query", "page_size"],
        "msg": f"Input should be {way} than or equal to {limit}",
        "input": str(size),
        "ctx": {key: limit},
    }
    return NemoError(422, [complaint])


def _unknown(workspace: str, name: str) -> NemoError:
    return NemoError(404, f"Model with workspace '{workspace}' and name '{name}' not found")


def _check_plugin(body: Json) -> None:
    tools = (body["spec"] or {}).get("tool_call_config") or {}
    if tools.get("tool_call_plugin"):
        raise NemoError(403, _PLUGIN_OFF)


def _thin(key: str, value: Any) -> Any:
    """A prompt's own parameters lose their nulls when they are changed, not when created."""
    if key != "prompt" or not value[_PARAMS]:
        return value
    params = value[_PARAMS]
    known = ("model", "temperature", "max_tokens", "max_completion_tokens", "top_p", "stop")
    kept = {k: v for k, v in params.items() if k in known or v is not None}
    return {**value, _PARAMS: kept}


def _without_nulls(value: Any, key: str = "") -> Any:
    """As lists are answered; what users put in themselves stays as it is."""
    if key in _FREE:
        return value
    if isinstance(value, dict):
        inner = {k: v for k, v in value.items() if v is not None}
        return inner if key == _PARAMS else {k: _without_nulls(v, k) for k, v in inner.items()}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
