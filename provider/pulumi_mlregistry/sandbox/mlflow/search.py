"""MLflow's search language: conditions joined by AND, orders and page tokens, as SQL."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_mlregistry.sandbox.mlflow.errors import MlflowError, internal, invalid

_NAME = r"(?:`[^`]*`|\"[^\"]*\"|[\w.\-]+)"
_CONDITION = re.compile(
    rf"""\s*(?P<left>(?:\w+\.)?{_NAME})\s*
    (?P<comparator>!=|>=|<=|=|<|>|NOT\s+IN\b|IN\b|LIKE\b|ILIKE\b)\s*
    (?P<value>'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"|\([^)]*\)|[^\s']+)\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_AND = re.compile(r"AND\b", re.IGNORECASE)
_ORDER = re.compile(r"\s*(?P<key>`[^`]*`|[\w.]+)(?:\s+(?P<direction>\w+))?\s*")
_OF_TEXT = ("=", "!=", "LIKE", "ILIKE")
_OF_NUMBERS = ("=", "!=", ">", ">=", "<", "<=")


_PROMPT = "mlflow.prompt.is_prompt"
"""The tag of prompts: one version with it hides all of its name from all other searches."""


@dataclass(frozen=True)
class Kind:
    """What can be searched by; the values are columns."""

    table: str
    tags: str
    same: str
    """How the tags belong to the rows."""
    texts: dict[str, str]
    lists: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """Columns that decide where the orders asked for do not."""


MODELS: Final = Kind(
    table="models",
    tags="model_tags",
    same="t.name = models.name",
    texts={"name": "name"},
    lists=("name",),
    orders={"name": "name", "timestamp": "updated", "last_updated_timestamp": "updated"},
    last={"name": "ASC"},
)
VERSIONS: Final = Kind(
    table="versions",
    tags="version_tags",
    same="t.name = versions.name AND t.version = versions.version",
    texts={"name": "name", "run_id": "run_id", "source_path": "source"},
    lists=("name", "run_id"),
    numbers={"version_number": "version"},
    orders={
        "name": "name",
        "version_number": "version",
        "creation_timestamp": "created",
        "last_updated_timestamp": "updated",
    },
    last={"name": "ASC", "version": "DESC"},
)


@dataclass
class Where:
    """Conditions in SQL with their values."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, clause: str, *values: Any) -> None:
        """One more condition."""
        self.clauses.append(clause)
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(self.clauses) or "1"


def where(kind: Kind, text: str) -> Where:
    """The conditions of a filter."""
    made = Where()
    tags: dict[str, Where] = {}
    prompts: bool | None = None
    for left, comparator, value in _conditions(text):
        entity, key = _identifier(kind, left)
        if entity == "tag":
            if not _is_word(value) and not _is_quoted(value):
                raise invalid(
                    f"Expected a quoted string value for tag (e.g. 'my-value'). Got value {value}"
                )
            found = _quoted(value)
            if comparator not in _OF_TEXT:
                raise invalid(f"Invalid comparator for tag: {comparator}")
            if key == _PROMPT and prompts is None:
                prompts = (comparator, found.lower()) in (("=", "true"), ("!=", "false"))
            _compare(tags.setdefault(key, Where()), "t.value", comparator, found)
        else:
            _attribute(kind, made, key, comparator, value)
    if not prompts:
        tags.pop(_PROMPT, None)
        one = f"SELECT 1 FROM {kind.tags} t WHERE t.name = {kind.table}.name"
        made.add(f"NOT EXISTS ({one} AND t.key = ? AND t.value = 'true')", _PROMPT)
    for key, each in tags.items():
        exists = f"SELECT 1 FROM {kind.tags} t WHERE {kind.same} AND t.key = ? AND {each}"
        made.add(f"EXISTS ({exists})", key, *each.values)
    return made


def _attribute(kind: Kind, made: Where, key: str, comparator: str, value: str) -> None:
    column = {**kind.texts, **kind.numbers}[key]
    if key in kind.numbers:
        if value.startswith("("):
            names = sorted(kind.lists)
            raise invalid(
                f"Only {names} attributes support comparison with a list of quoted string values."
            )
        if comparator not in _OF_NUMBERS:
            raise invalid(f"Invalid comparator for attribute {key}: {comparator}")
        made.add(f"{column} {comparator} ?", _number(key, value))
    elif comparator in ("IN", "NOT IN"):
        values = _list(kind, key, value)
        made.add(f"{column} {comparator} ({', '.join('?' * len(values))})", *values)
    else:
        text = _quoted(value)
        if comparator not in _OF_TEXT:
            raise invalid(f"Invalid comparator for attribute: {comparator}")
        _compare(made, column, comparator, text)


def _compare(made: Where, column: str, comparator: str, value: str) -> None:
    if comparator == "ILIKE":
        made.add(f"lower({column}) LIKE lower(?)", value)
    else:
        made.add(f"{column} {comparator} ?", value)


def _conditions(text: str) -> Iterator[tuple[str, str, str]]:
    at = 0
    while text[at:].strip():
        found = _CONDITION.match(text, at)
        if not found:
            tokens = re.findall(r"\w+|[^\w\s]+", text[at:])
            raise invalid(f"Invalid clause(s) in filter string: {', '.join(tokens)}")
        comparator = " ".join(found["comparator"].upper().split())
        yield found["left"], comparator, found["value"]
        at = found.end()
        if text[at:].strip():
            joined = _AND.match(text, at)
            if not joined and text[at] == ";":
                raise invalid(
                    f"Search filter contained multiple expression {text!r}. "
                    "Provide AND-ed expression list."
                )
            if not joined:
                raise invalid(f"Invalid clause(s) in filter string: {text[at:].split()[0]}")
            at = joined.end()


def _identifier(kind: Kind, left: str) -> tuple[str, str]:
    head, dot, key = left.partition(".")
    if not dot or head[0] in "`\"'":
        head, key = "attribute", left
    if head not in ("attribute", "tag", "tags"):
        raise invalid(
            f"Invalid entity type '{head}'. Valid entity types are ('attribute', 'tag', 'tags')"
        )
    valid = {*kind.texts, *kind.numbers}
    if head == "attribute" and key not in valid:
        raise invalid(f"Invalid attribute key '{key}' specified. Valid keys are '{valid}'")
    return ("attribute" if head == "attribute" else "tag"), _stripped(key)


def _stripped(key: str) -> str:
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "`\"'" else key


def _is_quoted(value: str) -> bool:
    return value[0] in "'\""


def _is_word(value: str) -> bool:
    return value[0].isalpha()


def _quoted(value: str) -> str:
    if _is_word(value):
        raise invalid(
            "Parameter value is either not quoted or unidentified quote types used for string "
            f"value {value}. Use either single or double quotes."
        )
    if not _is_quoted(value):
        raise invalid(
            "Expected a quoted string value or a list of quoted string values for attributes. "
            f"Got value {value}"
        )
    return value[1:-1]


def _number(key: str, value: str) -> int:
    try:
        return int(value[1:-1] if value[0] in "'\"" else value)
    except ValueError:
        raise invalid(f"Invalid value for numeric attribute '{key}': {value}") from None


def _list(kind: Kind, key: str, value: str) -> Sequence[str]:
    if key not in kind.lists:
        raise invalid(
            f"Only {sorted(kind.lists)} attributes support comparison with a list of quoted "
            "string values."
        )
    try:
        parsed = ast.literal_eval(value)
    except (SyntaxError, ValueError):
        parsed = None
    values = (parsed,) if isinstance(parsed, str) else parsed
    if values == ():
        raise invalid(
            "While parsing a list in the query, expected a non-empty list of string values, but "
            "got empty list"
        )
    if not values or not all(isinstance(each, str) for each in values):
        raise invalid(
            "While parsing a list in the query, expected a non-empty list of string values, but "
            "got ill-formed list."
        )
    return tuple(values)


def order(kind: Kind, asked: Sequence[str]) -> str:
    """The ORDER BY of the orders asked for, and of what decides after them."""
    columns: dict[str, str] = {}
    for each in asked:
        column, direction = _order(kind, each)
        if column in columns:
            raise internal(f"`order_by` contains duplicate fields: {list(asked)}")
        columns[column] = direction
    columns |= {key: value for key, value in kind.last.items() if key not in columns}
    return ", ".join(f"{column} {direction}" for column, direction in columns.items())


def _order(kind: Kind, text: str) -> tuple[str, str]:
    found = _ORDER.fullmatch(text)
    if not found:
        raise invalid(f"Invalid order_by clause '{text}'. Could not be parsed.")
    direction = (found["direction"] or "asc").upper()
    if direction not in ("ASC", "DESC"):
        raise invalid(f"Invalid ordering key in order_by clause '{text}'.")
    key = _stripped(found["key"]).removeprefix("attribute.")
    if key == "version":  # a keyword to the parser
        raise invalid(f"Invalid order_by clause '{text}'. Could not be parsed.")
    if key not in kind.orders:
        raise _unknown_order(kind, key)
    return kind.orders[key], direction


def _unknown_order(kind: Kind, key: str) -> MlflowError:
    if kind is MODELS:
        return invalid(
            f"Invalid order by key '{key}' specified. Valid keys are '{{'name', 'timestamp'}}'"
        )
    return invalid(f"Invalid attribute key '{key}' specified. Valid keys are '{set(kind.orders)}'")


def offset(token: str | None) -> int:
    """Where the page of a token begins."""
    if not token:
        return 0
    try:
        decoded = base64.b64decode(token)
    except (binascii.Error, ValueError):
        raise invalid("Invalid page token, could not base64-decode") from None
    try:
        parsed = json.loads(decoded)
    except ValueError:
        raise invalid(f"Invalid page token, decoded value={decoded!r}") from None
    if not parsed.get("offset"):
        raise invalid(f"Invalid page token, parsed value={parsed}")
    return int(parsed["offset"])


def token(offset: int) -> str:
    """The token of the page that begins there."""
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()
