"""The value that stands for "not known until apply", and a look for it inside other values."""

from __future__ import annotations

from typing import Any, Final, final


@final
class Unknown:
    """The type of `UNKNOWN`, a value that another resource will only produce during apply."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        """There is one unknown, so that ``is UNKNOWN`` holds after a copy."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "(known after apply)"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


def has_unknown(value: Any) -> bool:
    """True if ``value`` is unknown or holds an unknown at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return False
