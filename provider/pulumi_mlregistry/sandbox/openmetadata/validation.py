"""The constraints on create bodies, and the server's way of naming what breaks them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pulumi_mlregistry.sandbox.openmetadata.failures import bad


@dataclass(frozen=True)
class Rule:
    """What one member has to be."""

    required: bool = False
    least: int = 0
    most: int | None = None
    pattern: str | None = None
    """As the server's message gives it."""
    check: re.Pattern[str] | None = None


_NAME_1_2 = Rule(True, 1, 128, r"^(?U)[\w'\- .&()%]+$", re.compile(r"[\w'\- .&()%]+"))
_NAME_2 = Rule(True, 1, 256, "^((?!::).)*$", re.compile(r"((?!::)[^\n\r])*"))
_FQN = Rule(False, 1, 3072)


def _optional(rule: Rule) -> Rule:
    return Rule(False, rule.least, rule.most, rule.pattern, rule.check)


def rules(kind: str, modern: bool) -> dict[str, Rule]:
    """The rules of a create body."""
    name = _NAME_2 if modern else _NAME_1_2
    if kind == "mlmodelService":
        return {"name": name, "serviceType": Rule(True)}
    return {
        "name": name,
        "service": Rule(True, 1, 3072),
        # 2.x has the default "mlmodel".
        "algorithm": Rule(not modern),
        "target": _optional(name),
        "dashboard": _FQN,
        "sourceHash": Rule(False, 1, 32),
    }


def violations(kind: str, modern: bool, body: dict[str, Any]) -> list[str]:
    """Every rule that is broken."""
    found = []
    for member, rule in rules(kind, modern).items():
        value = body.get(member)
        if value is None:
            found += [f"{member} must not be null"] if rule.required else []
            continue
        if rule.most is not None and not rule.least <= len(value) <= rule.most:
            found.append(f"{member} size must be between {rule.least} and {rule.most}")
        if rule.check is not None and not rule.check.fullmatch(value):
            found.append(f'{member} must match "{rule.pattern}"')
    return found


def validate(kind: str, modern: bool, body: dict[str, Any]) -> None:
    """Refuse a body that breaks rules."""
    if found := violations(kind, modern, body):
        raise bad(f"[{', '.join(found)}]")
