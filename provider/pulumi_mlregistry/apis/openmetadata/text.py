"""Texts that the server rewrites: descriptions pass an HTML sanitiser, dates are formatted anew."""

from __future__ import annotations

import html
import re
from typing import Any

_GUARD = "<!-- -->"
_MARKUP = re.compile(r"<[A-Za-z/!]")
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")
_DROPPED = re.compile(r"<(script|style)\b.*?</\1\s*>", re.S | re.I)
_NO_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_NUMBER = re.compile(r"\d+")
_MOMENT = re.compile(r"[\d\s:./,+TZ-]+")
_DATE_PARTS = 3


def markdown(value: Any) -> Any:
    """A description as it was meant: character references resolved, empty is none.

    The sanitiser (1.13 and newer) stores `it's` as `it&#39;s`, `{{` as `{<!-- -->{`, and drops
    control characters and what is no character at all.
    """
    if not isinstance(value, str):
        return value
    return _NO_CHARACTERS.sub("", html.unescape(value.replace(_GUARD, ""))) or None


def sanitised(declared: Any, live: Any) -> bool:
    """Whether `live` can be what the sanitiser leaves of markup in `declared`: it only drops."""
    if not (isinstance(declared, str) and _MARKUP.search(declared)):
        return False
    kept = _WORD.findall(_TAG.sub(" ", markdown(live) or ""))
    plain = _WORD.findall(_TAG.sub(" ", _DROPPED.sub(" ", declared)))
    if plain and not kept:
        return False
    given = iter(_WORD.findall(markdown(declared) or ""))
    return all(word in given for word in kept)


def custom_property(declared: Any, live: Any) -> bool:
    """Whether `live` can be a date of `declared` in the server's own format: the same numbers."""
    if not (isinstance(declared, str) and isinstance(live, str)):
        return False
    if not (_MOMENT.fullmatch(declared) and _MOMENT.fullmatch(live)):
        return False
    given, kept = (sorted(map(int, _NUMBER.findall(text))) for text in (declared, live))
    return len(given) >= _DATE_PARTS and given == kept
