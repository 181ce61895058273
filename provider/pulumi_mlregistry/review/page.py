"""The review as one HTML page: complete in itself, without scripts, closed to the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from pulumi_mlregistry.reconcile.planning import Kind
from pulumi_mlregistry.review import words
from pulumi_mlregistry.review.drawing import draw, fate_class
from pulumi_mlregistry.review.lineage import lineage
from pulumi_mlregistry.review.model import Cell, Fate, Group, Item, Review, Row, Sort
from pulumi_mlregistry.review.style import CSS

_LONGEST: Final = 20_000
"""Characters of one value that a page shows."""
_AROUND: Final = 400
_MANY: Final = 25
"""With more objects than these, only those that need attention are open at first."""


def render(review: Review) -> str:
    """The whole document."""
    items = [*review.shown, *(item for item in review.items if item.silent)]
    style = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    shown = [item for item in items if not item.silent]
    body = [
        f"<h1>{'The preview failed' if review.failed else 'What this change does'}</h1>",
        _counts(review),
        *_general(review),
        draw(lineage([item for item in items if item.fate is not Fate.READ])),
        *(_object(n, item, is_open=_is_open(item, len(shown))) for n, item in enumerate(shown)),
        *_unchanged(items, len(shown)),
        _foot(review),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Review of a preview</title>\n<style>{CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _is_open(item: Item, number: int) -> bool:
    trouble = item.errors or item.failed or item.conflicts
    return number <= _MANY or bool(trouble) or item.fate in (Fate.REPLACE, Fate.DELETE)


def _counts(review: Review) -> str:
    chips = (f'<li class="{name}">{escape(text)}</li>' for name, text in review.counts())
    return f'<ul class="counts" aria-label="What changes">{"".join(chips)}</ul>'


def _general(review: Review) -> Iterator[str]:
    said = [
        *_lines("error", "error", review.errors),
        *_lines("warning", "warning", review.warnings),
        *_lines("note", "", review.notes),
    ]
    if review.failed:
        text = "It ended with an error: what is shown here may not be all that would change."
        said.insert(0, f'<li class="error">{text}</li>')
    if said:
        yield f'<section class="card"><ul class="told">{"".join(said)}</ul></section>'


def _lines(tone: str, word: str, texts: Iterable[str]) -> Iterator[str]:
    start = f"<b>{word}</b>" if word else ""
    for text in texts:
        yield f'<li class="{tone}">{start}{text_of(text)}</li>'


def _object(number: int, item: Item, *, is_open: bool) -> str:
    logical = "" if item.logical == item.name else f"{text_of(item.logical)} in the program"
    told = "".join(_told(item))
    fresh = item.fate in (Fate.CREATE, Fate.ADOPT, Fate.IMPORT)
    return (
        f'<article class="object {fate_class(item.fate)}" id="object-{number}">'
        f"<details{' open' if is_open else ''}><summary>"
        f'<span class="fate">{item.fate.sign} {item.fate.value}</span>'
        f"<h2>{text_of(item.title)} {text_of(item.name)}</h2>"
        f'<span class="logical">{logical}</span></summary><div class="body">'
        + (f'<ul class="told">{told}</ul>' if told else "")
        + "".join(_group(g, fresh=fresh, first=not n) for n, g in enumerate(item.groups))
        + _paths(item)
        + "</div></details></article>"
    )


def _told(item: Item) -> Iterator[str]:
    yield from _lines("error", "error", item.errors)
    yield from _lines("failed", "gate failed", item.failed)
    yield from _lines("conflict", "conflict", item.conflicts)
    yield from _lines("replace", "replaced because", item.why)
    yield from _lines("replace", "old object", filter(None, [item.lost]))
    yield from _lines("adopt", "adopted", item.adoption)
    yield from _lines("warning", "warning", item.warnings)
    yield from _lines("drift", "drift", item.drift)
    yield from _lines("gates", "gate passed", item.passed)
    yield from _lines("note", "", item.notes)


def _paths(item: Item) -> str:
    if not item.paths:
        return ""
    return f'<p class="soft">Differs at {", ".join(map(text_of, item.paths))}</p>'


def _group(group: Group, *, fresh: bool, first: bool) -> str:
    heads = ["declared"] if fresh else ["old", "new"]
    title = f"<h3>{text_of(group.name)}</h3>" if group.name else ""
    key = "key" if group.name else "property"
    columns = '<colgroup><col class="key">' + "<col>" * len(heads) + "</colgroup>"
    head = "".join(f'<th scope="col" role="columnheader">{h}</th>' for h in (key, *heads))
    rows = "".join(_row(row, heads) for row in group.rows)
    quiet = "" if first else ' class="hidden"'
    return (
        f'{title}<table role="table">{columns}<thead role="rowgroup"{quiet}><tr role="row">'
        f'{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(row: Row, heads: list[str]) -> str:
    flags = {Kind.REPLACE: ("replace", "replaces"), Kind.CONFLICT: ("conflict", "conflict")}
    tone, word = flags.get(row.kind, ("", ""))
    flag = f'<span class="flag {tone}">{word}</span>' if word else ""
    cells = [_cell(row.new)] if len(heads) == 1 else list(_both(row))
    data = "".join(
        f'<td role="cell" data-label="{head}">{cell}</td>'
        for head, cell in zip(heads, cells, strict=True)
    )
    return (
        f'<tr role="row"><th scope="row" role="rowheader">{text_of(row.name)}{flag}</th>{data}</tr>'
    )


def _both(row: Row) -> Iterator[str]:
    """Old and new; of two texts, the words that go and those that come are marked."""
    if row.texts is None:
        yield from (_cell(row.old, "del"), _cell(row.new, "ins"))
        return
    old, new = row.texts
    pieces = [words.Piece("old", old), words.Piece("new", new)]
    if words.is_prose(old) and words.is_prose(new):
        pieces = words.compared(old, new, around=_AROUND)
    for side, mark in (("old", "del"), ("new", "ins")):
        mine = [p for p in pieces if p.sort in (side, "same", "left out")]
        parts = [_piece(p, mark, whole=len(mine) == 1) for p in mine]
        yield f'<span class="value">{"".join(parts)}</span>'


def _piece(piece: words.Piece, mark: str, *, whole: bool) -> str:
    if piece.sort == "left out":
        return f'<span class="word">{escape(piece.text)}</span>'
    text = text_of(piece.text)
    if piece.sort == "same":
        return text
    return f'<{mark} class="whole">{text}</{mark}>' if whole else f"<{mark}>{text}</{mark}>"


def _cell(cell: Cell | None, mark: str = "") -> str:
    if cell is None or cell.sort is Sort.ABSENT:
        return '<span class="word">not set</span>'
    if cell.sort is not Sort.VALUE:
        return f'<span class="word">{cell.sort.value}</span>'
    text = text_of(cell.text) or "(empty text)"
    marked = f'<{mark} class="whole">{text}</{mark}>' if mark else text
    return f'<span class="value">{marked}</span>'


def text_of(text: str) -> str:
    """Any text as text of the page."""
    text, left = words.shortened(text, _LONGEST)
    more = f'<span class="word"> … {left} characters more</span>' if left else ""
    return escape(words.harmless(text)) + more


def _unchanged(items: list[Item], first: int) -> Iterator[str]:
    """What does not change: named, so that the picture's links lead somewhere."""
    silent = [(n, item) for n, item in enumerate(items) if n >= first]
    if silent:
        listed = "".join(
            f'<li id="object-{n}">{text_of(item.title)} {text_of(item.name)}</li>'
            for n, item in silent
        )
        yield (
            '<section class="card"><details>'
            f"<summary>{len(silent)} of the unchanged objects</summary><ul>{listed}</ul>"
            "</details></section>"
        )


def _foot(review: Review) -> str:
    said = [f"Stack {text_of(review.stack)}"] if review.stack else []
    said += [text_of(text) for text in review.registries]
    return f"<footer>{'<br>'.join(said)}</footer>" if said else ""
