"""What MLflow takes as the name of a model, a tag or an alias, and as the number of a version."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping

from pulumi_mlregistry.sandbox.mlflow.errors import invalid

_TAG_KEY = re.compile(r"[/\w.\- :]*")
_ALIAS = re.compile(r"[\w\-]*")
_VERSION_ALIAS = re.compile(r"[vV]\d+")
_KEY_CHARACTERS, _VALUE_CHARACTERS, _ALIAS_CHARACTERS = 250, 100_000, 255


def model_name(name: str, parameter: str = "name") -> None:
    """Refuse what is no name of a model."""
    if name.strip() == "":
        raise invalid(f"Missing value for required parameter '{parameter}'.")
    if "/" in name or ":" in name:
        raise invalid(f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")
    _unique_path("name", name)


def tags(given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags by key, the last of equal keys; refuses those that are none."""
    given = list(given)
    for tag in given:
        tag_key(tag["key"])
        _at_most("key", _KEY_CHARACTERS, tag["key"])
        _at_most("value", _VALUE_CHARACTERS, tag["value"])
    return {tag["key"]: tag["value"] for tag in given}


def tag_key(key: str) -> None:
    """Refuse what is no key of a tag."""
    if not _TAG_KEY.fullmatch(key):
        why = (
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
            "spaces ( ), colon(:) and slashes (/)."
        )
        raise invalid(f"Invalid value {json.dumps(key)} for parameter 'key' supplied: {why}")
    _unique_path("key", key)


def alias(name: str) -> None:
    """Refuse what is no alias."""
    if name == "":
        raise invalid("Registered model alias name cannot be empty.")
    if not _ALIAS.fullmatch(name):
        why = "Names may only contain alphanumerics, underscores (_), and dashes (-)."
        raise invalid(f"Invalid alias name: '{name}'. {why}")
    _at_most("Registered model alias name", _ALIAS_CHARACTERS, name)


def free_alias(name: str) -> None:
    """Refuse an alias that MLflow keeps for itself."""
    if name.lower() == "latest":
        raise invalid("'latest' alias name (case insensitive) is reserved.")
    if _VERSION_ALIAS.fullmatch(name):
        raise invalid(f"Version alias name '{name}' is reserved.")


def version(number: str) -> int:
    """The number that a version's text stands for."""
    try:
        return int(number)
    except ValueError:
        raise invalid(f"Parameter 'version' must be an integer, got '{number}'.") from None


def _unique_path(parameter: str, name: str) -> None:
    path = posixpath.normpath(name)
    if path != name or path == "." or path.startswith(("..", "/")):
        raise invalid(
            f"Invalid value {json.dumps(name)} for parameter '{parameter}' supplied: Names may be "
            "treated as files in certain cases, and must not resolve to other names when treated "
            f"as such. This name would resolve to {path!r}"
        )


def _at_most(what: str, most: int, value: str) -> None:
    if len(value) > most:
        raise invalid(f"'{what}' exceeds the maximum length of {most} characters")
