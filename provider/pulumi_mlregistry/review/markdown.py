"""The review as Markdown for a comment: short, and with nothing in it that others could write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pulumi_mlregistry.reconcile.planning import Kind
from pulumi_mlregistry.review import words
from pulumi_mlregistry.review.model import Cell, Fate, Group, Item, Review, Row, Sort

MOST: Final = 65_000
"""GitHub takes 65,536 characters; counted here as bytes, which are never fewer."""
_LONGEST_VALUE: Final = 1_500
_AROUND: Final = 60
_PLAIN: Final = re.compile(r"[A-Za-z0-9 .,;/()%+=?'\"-]*\Z")
_SPECIAL: Final = re.compile(
    r":(?! )|(?<!\w)_|_(?!\w)|www|[^A-Za-z0-9 .,;/()%+=?'\"_:\u0080-\U0010ffff-]"
)
_ABSENT: Final = "—"
_MARKS: Final = {
    "same": "{}",
    "old": "<del>{}</del>",
    "new": "<ins>{}</ins>",
    "left out": "<em>{}</em>",
}


def render(review: Review, most: int = MOST) -> str:
    """The comment; never longer than ``most`` bytes: what does not fit is counted in a note."""
    head = "\n".join([_headline(review), "", *_general(review)])
    items = review.shown
    tail = _foot(review)
    full = ["\n".join(_section(item)) for item in items]
    brief = [_title(item) for item in items]
    return _fitted(head, full, brief, tail, most)


def _fitted(head: str, full: list[str], brief: list[str], tail: str, most: int) -> str:
    """As many whole sections as fit, then titles alone, then a count."""
    room = most - 400  # for the notes of what is left out
    head = _cut(head, room // 2)
    room -= _size(head) + _size(tail)
    titles = _taken(brief, room // 2)
    room -= sum(_size(text) for text in brief[:titles])
    shown: list[str] = []
    cut = 0
    for number, (section, title) in enumerate(zip(full, brief, strict=True)):
        if number >= titles:
            break
        more = _size(section) - _size(title)
        if more <= room:
            room -= more
            shown.append(section)
        else:
            cut += 1
            shown.append(title)
    notes = []
    if cut:
        notes.append(f"*Left out for length: the details of {cut} objects shown by title alone.*")
    if titles < len(full):
        notes.append(f"*Left out for length: {len(full) - titles} more objects.*")
    blocks = [head.rstrip(), *shown, *notes, tail]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _taken(texts: Sequence[str], room: int) -> int:
    for number, text in enumerate(texts):
        room -= _size(text)
        if room < 0:
            return number
    return len(texts)


def _size(text: str) -> int:
    return len(text.encode()) + 2


def _cut(text: str, most: int) -> str:
    if _size(text) <= most:
        return text
    kept: list[str] = []
    for line in text.splitlines():
        most -= _size(line)
        if most < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "", "*Left out for length: further messages.*"])


def _headline(review: Review) -> str:
    counts = " · ".join(text for _, text in review.counts())
    if review.failed:
        return f"**The preview failed; what follows may not be all:** {counts}"
    return f"**{counts}**"


def _general(review: Review) -> Iterator[str]:
    yield from _listed("error", review.errors)
    yield from _listed("warning", review.warnings)
    yield from _listed("", review.notes)


def _listed(word: str, texts: Iterable[str]) -> Iterator[str]:
    start = f"**{word}** " if word else ""
    for text in texts:
        yield f"- {start}{value(text)}"


def _foot(review: Review) -> str:
    said = [f"Stack {value(review.stack)}"] if review.stack else []
    said += [value(text) for text in review.registries]
    return " · ".join(said)


def _title(item: Item) -> str:
    sign = item.fate.sign.replace("~", r"\~").replace("+", r"\+").replace("=", r"\=")
    return f"### {sign} {item.fate.value}: {_title_of(item)}"


def _title_of(item: Item) -> str:
    name = f"{_kind(item)} {value(item.name)}"
    return name if item.logical == item.name else f"{name} ({value(item.logical)} in the program)"


def _kind(item: Item) -> str:
    return item.title if item.kind else value(item.title)


def _section(item: Item) -> Iterator[str]:
    yield _title(item)
    told = [*_told(item)]
    if told:
        yield ""
        yield from told
    fresh = item.fate in (Fate.CREATE, Fate.ADOPT, Fate.IMPORT)
    if fresh and item.groups:
        number = sum(len(group.rows) for group in item.groups)
        yield from ("", "<details>", f"<summary>declared: {number} values</summary>")
    for group in item.groups:
        yield from _group(group, fresh=fresh)
    if fresh and item.groups:
        yield from ("", "</details>")
    if item.paths:
        yield ""
        yield "Differs at " + ", ".join(value(path) for path in item.paths)


def _told(item: Item) -> Iterator[str]:
    yield from _listed("error", item.errors)
    yield from _listed("gate failed", item.failed)
    yield from _listed("conflict", item.conflicts)
    yield from _listed("replaced because", item.why)
    yield from _listed("old object", filter(None, [item.lost]))
    yield from _listed("adopted", item.adoption)
    yield from _listed("warning", item.warnings)
    yield from _listed("drift", item.drift)
    yield from _listed("gate passed", item.passed)
    yield from _listed("", item.notes)


def _group(group: Group, *, fresh: bool) -> Iterator[str]:
    """One table; long texts below it, as they do not fit into one."""
    long = [row for row in group.rows if _is_long(row)]
    rows = [row for row in group.rows if row not in long]
    first = value(group.name) if group.name else "property"
    if rows:
        yield ""
        yield f"| {first} | " + ("declared |" if fresh else "old | new |")
        yield "|---|---|" if fresh else "|---|---|---|"
        for row in rows:
            cells = [row.new] if fresh else [row.old, row.new]
            yield f"| {_row_name(row)} | " + " | ".join(map(_cell, cells)) + " |"
    for row in long:
        yield ""
        yield f"{value(group.name) + ' ' if group.name else ''}{_row_name(row)}: {_prose(row)}"


def _row_name(row: Row) -> str:
    mark = {Kind.REPLACE: " **replaces**", Kind.CONFLICT: " **conflict**"}.get(row.kind, "")
    return value(row.name) + mark


def _is_long(row: Row) -> bool:
    texts = row.texts
    return texts is not None and all(map(words.is_prose, texts))


def _prose(row: Row) -> str:
    assert row.texts is not None
    parts = []
    for piece in words.compared(*row.texts, around=_AROUND):
        text, left = words.shortened(piece.text, _LONGEST_VALUE)
        more = f" … {left} characters more …" if left else ""
        parts.append(_MARKS[piece.sort].format(escaped(text) + more))
    return f"<code>{''.join(parts)}</code>"


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.sort is Sort.ABSENT:
        return _ABSENT
    return value(cell.text) if cell.sort is Sort.VALUE else f"*{cell.sort.value}*"


def value(text: str) -> str:
    """Any text as code: nothing in it is markup, a link, a mention or a reference."""
    text, left = words.shortened(text, _LONGEST_VALUE)
    more = f" *… {left} characters more*" if left else ""
    if not text.strip():
        return f"<code>{'&nbsp;' * len(text) or 'empty text'}</code>" if text else "*empty text*"
    if _PLAIN.match(text) and text == text.strip():
        return f"`{text}`{more}"
    return f"<code>{escaped(text)}</code>{more}"


def escaped(text: str) -> str:
    """A text for inside of ``<code>``: every sign that could mean something as an entity."""
    text = words.harmless(text).replace("\r\n", "\n")
    return _SPECIAL.sub(_entity, text).replace("  ", " &nbsp;")


def _entity(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "\n":
        return "<br>"
    if sign == "www":
        return "ww&#119;"
    # The comment parts an address of mail, which is also found where it is spelled as an entity.
    return f"&#{ord(sign)};" + ("<!-- -->" if sign == "@" else "")
