"""Oracle AI Data Platform's operations on registered models and versions, done by MLflow.

Paths, verbs and fields are those of Oracle's own SDK (aidp-python-client 5.1.1). Its error codes
and rules for retry tokens are not documented for this API and follow OCI's general documentation,
so a test against them proves a client against that documentation and no more.
"""

from __future__ import annotations

import itertools
from typing import Any

_VERSIONS, _MODELS = "model-versions/", "registered-models/"
CREATE_VERSION = _VERSIONS + "create"

_TAGS = "TAGS"
# Oracle's verb and operation -> MLflow's verb
_OPERATIONS = {
    ("POST", CREATE_VERSION): "POST",
    ("GET", _VERSIONS + "get"): "GET",
    ("GET", _VERSIONS + "search"): "GET",
    ("POST", _VERSIONS + "update"): "PATCH",
    ("POST", _VERSIONS + "delete"): "DELETE",
    ("POST", _VERSIONS + "set-tag"): "POST",
    ("POST", _VERSIONS + "delete-tag"): "DELETE",
    ("POST", _VERSIONS + "transition-stage"): "POST",
    ("POST", _MODELS + "create"): "POST",
    ("GET", _MODELS + "get"): "GET",
    ("GET", _MODELS + "search"): "GET",
    ("POST", _MODELS + "update"): "PATCH",
    ("POST", _MODELS + "delete"): "DELETE",
    ("POST", _MODELS + "rename"): "POST",
    ("POST", _MODELS + "set-tag"): "POST",
    ("POST", _MODELS + "delete-tag"): "DELETE",
    ("POST", f"internal/{_VERSIONS}update-tags"): _TAGS,
    ("POST", f"internal/{_MODELS}update-tags"): _TAGS,
}
_NAMES = {operation for _, operation in _OPERATIONS}

_LENGTHS = {
    "name": (1, 255),
    "source": (1, 500),
    "run_id": (1, 32),
    "model_id": (0, 36),
    "run_link": (0, 500),
    "description": (0, 5000),
    "stage": (0, 64),
}
_TAG_KEY, _TAG_VALUE, _TAGS_AT_CREATE = 250, 8000, 20

_CODES = {
    400: "InvalidParameter",
    401: "NotAuthenticated",
    404: "NotAuthorizedOrNotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}

Json = dict[str, Any]
Reply = tuple[int, Json]


def problem(status: int, message: str, code: str | None = None) -> Reply:
    """An error as Oracle words it; the code follows from the status where none is given."""
    return status, {"code": code or _CODES.get(status, "InternalServerError"), "message": message}


class Dialect:
    """Answers Oracle's operations through a client of the MLflow application."""

    def __init__(self, mlflow: Any) -> None:
        self._mlflow = mlflow

    def answer(self, method: str, operation: str, query: str, body: Json | None) -> Reply:
        """Status and JSON of one operation, named as in Oracle's path below ``mlflow/``."""
        verb = _OPERATIONS.get((method, operation))
        if verb is None and operation in _NAMES:
            return problem(405, f"{method} is not supported here")
        if verb is None:
            return problem(404, "no operation at this path", "NotFound")
        if body is not None and (why := _invalid(body, at_create=operation == CREATE_VERSION)):
            return problem(400, why)
        if verb == _TAGS:
            reply = self._update_tags(operation.removeprefix("internal/").split("/")[0], body or {})
        else:
            reply = self._call(verb, operation, query, body)
        return reply if reply[0] == 200 else _translated(*reply)

    def _update_tags(self, kind: str, body: Json) -> Reply:
        """One call at Oracle, one a tag at MLflow; ends at the first that fails."""
        target = {key: body[key] for key in ("name", "version") if key in body}
        calls: list[tuple[str, str, Json]] = [
            ("POST", "set-tag", {"key": tag["key"], "value": tag.get("value") or ""})
            for tag in body.get("set_tags") or []
        ]
        calls += [
            ("DELETE", "delete-tag", {"key": tag["key"]}) for tag in body.get("delete_tags") or []
        ]
        for verb, operation, tag in calls:
            status, answer = self._call(verb, f"{kind}/{operation}", "", target | tag)
            if status != 200:
                return status, answer
        return 200, {}

    def _call(self, verb: str, operation: str, query: str, body: Json | None) -> Reply:
        path = f"/api/2.0/mlflow/{operation}"
        answer = self._mlflow.open(path, method=verb, query_string=query, json=body)
        parsed = answer.get_json(silent=True) if answer.is_json else None
        return answer.status_code, parsed if isinstance(parsed, dict) else {
            "message": answer.status
        }


def _translated(status: int, answer: Json) -> Reply:
    """MLflow's error as Oracle's; an existing name is 400 there and 409 at Oracle."""
    if answer.get("error_code") == "RESOURCE_ALREADY_EXISTS":
        status = 409
    return problem(status, answer.get("message", ""))


def _invalid(body: Json, *, at_create: bool) -> str | None:
    """Why Oracle's limits refuse a body, or None."""
    for field, (least, most) in _LENGTHS.items():
        value = body.get(field)
        if value is not None and not _text(value, least, most):
            return f"{field} size must be between {least} and {most}"
    lists = [body.get(name) or [] for name in ("tags", "set_tags", "delete_tags")]
    if not all(isinstance(tags, list) for tags in lists):
        return "tags must be a list"
    if at_create and len(lists[0]) > _TAGS_AT_CREATE:
        return f"tags size must be between 0 and {_TAGS_AT_CREATE}"
    for tag in [*itertools.chain(*lists), *([body] if "key" in body else [])]:
        if not isinstance(tag, dict) or not _text(tag.get("key"), 1, _TAG_KEY):
            return f"tag key size must be between 1 and {_TAG_KEY}"
        if not _text(tag.get("value") or "", 0, _TAG_VALUE):
            return f"tag value must be text of at most {_TAG_VALUE} characters"
    return None


def _text(value: object, least: int, most: int) -> bool:
    return isinstance(value, str) and least <= len(value) <= most
