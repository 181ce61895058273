"""Python source, laid out as `ruff format` lays it out: 100 columns, double quotes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

COLUMNS: Final = 100
_STEP: Final = 4


@dataclass(frozen=True)
class Name:
    """An expression that stands as it is, such as a variable."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call with positional and then named arguments."""

    function: str
    arguments: Sequence[Any] = ()
    named: Mapping[str, Any] = field(default_factory=dict)

    def parts(self) -> list[tuple[str, Any]]:
        """Each argument with what stands before it."""
        return [("", a) for a in self.arguments] + [(f"{k}=", v) for k, v in self.named.items()]


def statement(value: Any, variable: str = "") -> str:
    """An expression as a statement, assigned to a variable where one is given."""
    before = f"{variable} = " if variable else ""
    return before + _laid_out(value, 0, len(before), 0)


def text(value: str) -> str:
    """A string literal, in the quotes that need fewer escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(c, quote) for c in value) + quote


def _character(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _width(line: str) -> int:
    """Columns on a screen: wide characters take two, marks on others none."""
    if line.isascii():
        return len(line)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in line)


def _flat(value: Any) -> str:
    match value:
        case Name():
            return value.text
        case str():
            return text(value)
        case Call():
            inside = ", ".join(before + _flat(item) for before, item in value.parts())
            return f"{value.function}({inside})"
        case Mapping():
            return "{" + ", ".join(f"{_flat(k)}: {_flat(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flat, value)) + "]"
    return repr(value)


def _laid_out(value: Any, indent: int, before: int, after: int) -> str:
    """A value that begins ``before`` columns into a line, with ``after`` columns to follow it."""
    flat = _flat(value)
    if before + _width(flat) + after <= COLUMNS:
        return flat
    match value:
        case Call() if value.parts():
            return _call(value, indent)
        case Mapping() if value:
            parts = [(f"{_flat(k)}: ", v) for k, v in value.items()]
            return "{" + _lines(parts, indent) + "}"
        case list() | tuple() if value:
            return "[" + _lines([("", v) for v in value], indent) + "]"
    return flat


def _call(call: Call, indent: int) -> str:
    inner = indent + _STEP
    inside = ", ".join(before + _flat(item) for before, item in call.parts())
    if inner + _width(inside) <= COLUMNS:
        return f"{call.function}(\n{' ' * inner}{inside}\n{' ' * indent})"
    return f"{call.function}({_lines(call.parts(), indent)})"


def _lines(parts: Sequence[tuple[str, Any]], indent: int) -> str:
    inner = indent + _STEP
    lines = [
        f"{' ' * inner}{before}{_laid_out(item, inner, inner + _width(before), 1)},\n"
        for before, item in parts
    ]
    return "\n" + "".join(lines) + " " * indent
