"""Two texts compared word by word, and texts made harmless to look at."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

_TOKENS: Final = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_TOKENS: Final = 4000
"""Above this a comparison takes too long: the texts are then shown whole."""
_SHORT: Final = 0.3
"""Below this likeness two texts are two texts, and no edit of one."""
_KEPT: Final = frozenset("\n\t")


@dataclass(frozen=True)
class Piece:
    """A part of a comparison."""

    sort: Literal["same", "old", "new", "left out"]
    text: str


def is_prose(text: str) -> bool:
    """Whether a text is long enough to be compared word by word."""
    return len(text.split()) > 2 or "\n" in text


def compared(old: str, new: str, *, around: int = 0) -> list[Piece]:
    """The pieces of both texts in order; ``around``: characters to keep beside a change, 0: all."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if len(before) + len(after) > _MOST_TOKENS:
        return [Piece("old", old), Piece("new", new)]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _SHORT:
        return [Piece("old", old), Piece("new", new)]
    pieces = _joined(list(_pieces(matcher, before, after)))
    return _shortened(pieces, around) if around else pieces


def _pieces(
    matcher: difflib.SequenceMatcher[str], old: list[str], new: list[str]
) -> Iterator[Piece]:
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("old", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """A blank between two changes is no reason to part them."""
    result: list[Piece] = []
    old = new = ""
    for number, piece in enumerate(pieces):
        inner = 0 < number < len(pieces) - 1
        if piece.sort == "same" and not (inner and piece.text.isspace()):
            result += _pair(old, new)
            old = new = ""
            result.append(piece)
            continue
        old += piece.text if piece.sort != "new" else ""
        new += piece.text if piece.sort != "old" else ""
    return result + _pair(old, new)


def _pair(old: str, new: str) -> list[Piece]:
    if old == new:
        return [Piece("same", old)] if old else []
    found = [Piece("old", old), Piece("new", new)]
    return [p for p in found if p.text]


def _shortened(pieces: list[Piece], around: int) -> list[Piece]:
    result: list[Piece] = []
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        head = around if number > 0 else 0
        tail = around if number < last else 0
        if piece.sort != "same" or len(piece.text) <= head + tail + 20:
            result.append(piece)
            continue
        left = len(piece.text) - head - tail
        result.append(Piece("same", piece.text[:head]))
        result.append(Piece("left out", f" … {left} characters … "))
        result.append(Piece("same", piece.text[len(piece.text) - tail :]))
    return [piece for piece in result if piece.text]


def harmless(text: str) -> str:
    """A text in which what controls a terminal or turns the direction of writing is spelled out."""
    return "".join(_spelled(c) for c in text)


def _spelled(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co"):
        return character
    return f"\\u{ord(character):04x}"


def shortened(text: str, most: int) -> tuple[str, int]:
    """A text of at most ``most`` characters, and how many are left out."""
    return (text, 0) if len(text) <= most else (text[:most], len(text) - most)
