"""Bodies checked against the platform's own OpenAPI document, and made into what it stores.

The platform reads leniently ("yes" is true, "5" and 5.0 are integers), drops unknown keys, fills in
what is missing, and lists everything that is wrong with a body in the order of its fields.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from pydantic_core import Url
from pydantic_core import ValidationError as UrlError

from pulumi_mlregistry.sandbox.nemo.errors import NemoError

Schema = Mapping[str, Any]
Json = dict[str, Any]
Complaint = dict[str, Any]

_TRUE, _FALSE = ("1", "true", "t", "yes", "y", "on"), ("0", "false", "f", "no", "n", "off")
_REFERENCE = re.compile(r"[a-z](?!.*--)[a-z0-9\-@.+_]{1,62}(?<!-)")
_REFERENCE_RULE = (
    "A single name (2-63 characters) or 'workspace/model_name' where each segment is a valid name "
    "(lowercase, digits, hyphens, and temporarily @ . + _; no leading/trailing or consecutive "
    "hyphens). If one slash, both sides must be non-empty."
)
_WRONG_TYPE = {
    "string": ("string_type", "Input should be a valid string"),
    "integer": ("int_type", "Input should be a valid integer"),
    "number": ("float_type", "Input should be a valid number"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "array": ("list_type", "Input should be a valid list"),
    "object": ("dict_type", "Input should be a valid dictionary"),
}
_UNREADABLE = {
    "integer": ("int_parsing", ", unable to parse string as an integer"),
    "number": ("float_parsing", ", unable to parse string as a number"),
    "boolean": ("bool_parsing", ", unable to interpret input"),
}
_NO_OBJECT = "Input should be a valid dictionary or object to extract fields from"


@cache
def _definitions() -> Json:
    text = resources.files(__package__).joinpath("schemas.json").read_text()
    found: Json = json.loads(text)["$defs"]
    return found


def body(raw: bytes, content_type: str, name: str) -> tuple[Json, set[str]]:
    """A request's body as the schema of this name reads it, and the keys that were given."""
    given = _loads(raw, content_type)
    schema = _definitions()[name]
    read = _lenient(schema, given)
    complaints = [_complaint(error, given) for error in _errors(name, schema, read)]
    if not complaints and name == "CreateAdapterRequest" and not _is_reference(read["model"]):
        complaints = [_reference_complaint(read["model"])]
    if complaints:
        raise NemoError(422, complaints)
    filled: Json = _filled(schema, read)
    json.dumps(filled, ensure_ascii=False).encode()  # raises what the platform fails on
    return filled, set(given)


def _loads(raw: bytes, content_type: str) -> Any:
    if not raw:
        missing = {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
        raise NemoError(422, [missing])
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not re.fullmatch(r"application/[\w.\-]+\+json", kind):
        return raw.decode(errors="replace")
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        complaint = {
            "type": "json_invalid",
            "loc": ["body", error.pos],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": error.msg},
        }
        raise NemoError(422, [complaint]) from None


def _resolved(schema: Schema) -> Schema:
    return _definitions()[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _lenient(schema: Schema, value: Any) -> Any:
    """The value with all that the platform takes made into its type; what it refuses as it is."""
    if value is None:
        return None
    schema = _resolved(schema)
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        return _lenient_object(schema, value)
    if kind == "array" and isinstance(value, list):
        return [_lenient(schema.get("items", {}), each) for each in value]
    convert = {"boolean": _bool, "integer": _int, "number": _float}.get(str(kind))
    return convert(value) if convert else value


def _lenient_object(schema: Schema, value: Json) -> Json:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not properties:
        return value
    known = {
        key: _lenient(properties[key], each)
        for key, each in value.items()
        if key in properties and not (each is None and properties[key].get("nullable"))
    }
    if schema.get("additionalProperties"):
        known |= {key: each for key, each in value.items() if key not in properties}
    return known


def _bool(value: Any) -> Any:
    text = str(value).lower() if isinstance(value, str | int) else None
    if isinstance(value, float) and value in (0.0, 1.0):
        return bool(value)
    return True if text in _TRUE else False if text in _FALSE else value


def _int(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+(\.0+)?\s*", value):
        return int(float(value)) if "." in value else int(value)
    return value


def _float(value: Any) -> Any:
    if not isinstance(value, bool | int | str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


def _required(
    validator: Any, names: list[str], instance: Any, schema: Schema
) -> Iterator[ValidationError]:
    """At the missing key, where jsonschema points at the object."""
    for name in names:
        if isinstance(instance, dict) and name not in instance:
            yield ValidationError("Field required", path=[name])


def _format(validator: Any, kind: str, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if kind != "uri" or not isinstance(instance, str):
        return
    try:
        Url(instance)
    except UrlError as error:
        found = error.errors()[0]
        yield ValidationError(found["msg"], cause=ValueError(found["ctx"]["error"]))


@cache
def _validator() -> Any:
    extend: Any = validators.extend
    extended = extend(Draft202012Validator, {"required": _required, "format": _format})
    return extended({"$defs": _definitions()})


def _errors(name: str, schema: Schema, value: Any) -> list[ValidationError]:
    """One a place, in the order of the fields."""
    whole = {"$ref": f"#/$defs/{name}"}
    checker = _validator().evolve(schema={"$defs": _definitions(), **whole})
    first: dict[tuple[Any, ...], ValidationError] = {}
    for error in checker.iter_errors(value):
        first.setdefault(tuple(error.absolute_path), error)
    return sorted(first.values(), key=lambda error: _position(schema, list(error.absolute_path)))


def _position(schema: Schema, path: list[Any]) -> list[int]:
    if not path:
        return []
    schema = _resolved(schema)
    head, *rest = path
    if isinstance(head, int):
        return [head, *_position(schema.get("items", {}), rest)]
    properties = schema.get("properties", {})
    at = list(properties).index(head) if head in properties else len(properties)
    return [at, *_position(properties.get(head, {}), rest)]


def _complaint(error: ValidationError, given: Any) -> Complaint:
    path = list(error.absolute_path)
    missing = error.validator == "required"
    value = _at(given, path[:-1] if missing else path)
    schema: Any = error.schema
    kind, text, context = _worded(error, schema, value)
    complaint = {"type": kind, "loc": ["body", *path], "msg": text, "input": value}
    return {**complaint, "ctx": context} if context else complaint


def _at(value: Any, path: list[Any]) -> Any:
    for part in path:
        value = value[part]
    return value


def _worded(error: ValidationError, schema: Json, value: Any) -> tuple[str, str, Json]:
    limit: Any = error.validator_value
    match error.validator:
        case "required":
            return "missing", "Field required", {}
        case "maxLength":
            text = f"String should have at most {limit} characters"
            return "string_too_long", text, {"max_length": limit}
        case "pattern":
            text = f"String should match pattern '{limit}'"
            return "string_pattern_mismatch", text, {"pattern": limit}
        case "maximum":
            text = f"Input should be less than or equal to {limit:g}"
            return "less_than_equal", text, {"le": limit}
        case "minimum":
            text = f"Input should be greater than or equal to {limit:g}"
            return "greater_than_equal", text, {"ge": limit}
        case "format":
            return "url_parsing", error.message, {"error": str(error.cause)}
    if "enum" in schema:
        expected = one_of(schema["enum"])
        kind = "literal_error" if schema.get("literal") else "enum"
        return kind, f"Input should be {expected}", {"expected": expected}
    return (*_wrong_type(str(limit), schema, value), {})


def _wrong_type(expected: str, schema: Json, value: Any) -> tuple[str, str]:
    if schema.get("format") == "uri":
        return "url_type", "URL input should be a string or URL"
    if expected == "object" and "properties" in schema:
        return "model_attributes_type", _NO_OBJECT
    kind, text = _WRONG_TYPE[expected]
    if isinstance(value, str | int) and not isinstance(value, bool) and expected in _UNREADABLE:
        kind, more = _UNREADABLE[expected]
        return kind, text + more
    if isinstance(value, float) and expected == "integer":
        return "int_from_float", f"{text}, got a number with a fractional part"
    return kind, text


def one_of(values: list[str]) -> str:
    """The values as an error names them."""
    quoted = [f"'{value}'" for value in values]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _is_reference(text: str) -> bool:
    parts = text.split("/")
    return len(parts) <= 2 and all(_REFERENCE.fullmatch(part) for part in parts)


def _reference_complaint(value: str) -> Complaint:
    return {
        "type": "value_error",
        "loc": ["body", "model"],
        "msg": f"Value error, {_REFERENCE_RULE}",
        "input": value,
        "ctx": {"error": {}},
    }


def _filled(schema: Schema, value: Any) -> Any:
    """What is stored: defaults and nulls for what is missing, URLs in their normal form."""
    schema = _resolved(schema)
    if isinstance(value, list):
        return [_filled(schema.get("items", {}), each) for each in value]
    if schema.get("format") == "uri" and isinstance(value, str):
        return str(Url(value))
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not isinstance(value, dict) or not properties:
        return finite(value)
    made = {
        key: _filled(each, value[key]) if key in value else each.get("default")
        for key, each in properties.items()
    }
    made |= {key: finite(each) for key, each in value.items() if key not in properties}
    return _with_head_type(made) if "head_type" in made else made


def _with_head_type(spec: Json) -> Json:
    """Two fields say whether a model embeds; the newer one wins where it says anything."""
    if spec["head_type"] != "unknown":
        return {**spec, "is_embedding_model": spec["head_type"] == "embedding"}
    return {**spec, "head_type": "embedding"} if spec["is_embedding_model"] else spec


def finite(value: Any) -> Any:
    """JSON that the platform can answer: what is no number reads as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list) else value


def flag(query: Mapping[str, list[str]], name: str) -> bool:
    """A boolean of the query, false where it is not there."""
    return bool(_read(query, name, "false", "boolean", _bool))


def number(query: Mapping[str, list[str]], name: str, default: int) -> int:
    """An integer of the query."""
    return int(_read(query, name, str(default), "integer", _int))


def _read(
    query: Mapping[str, list[str]],
    name: str,
    default: str,
    kind: str,
    convert: Callable[[Any], Any],
) -> bool | int:
    text = query.get(name, [default])[-1]
    value: bool | int | str = convert(text)
    if isinstance(value, str):
        of_kind, more = _UNREADABLE[kind]
        msg = _WRONG_TYPE[kind][1] + more
        raise NemoError(422, [{"type": of_kind, "loc": ["query", name], "msg": msg, "input": text}])
    return value
