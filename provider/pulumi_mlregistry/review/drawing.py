"""The lineage as a picture: SVG whose colours are the page's."""

from __future__ import annotations

from html import escape
from typing import Final

from pulumi_mlregistry.review.lineage import Lineage, Node
from pulumi_mlregistry.review.model import Fate
from pulumi_mlregistry.review.words import harmless

_WIDTH, _HEIGHT = 212, 52
_GAP_X, _GAP_Y = 56, 16
_TOP, _EDGE = 34, 8
_LONGEST: Final = 25
"""Characters of a name that fit into its box."""


def draw(picture: Lineage) -> str:
    """The figure with its legend and its words; empty where there is nothing to draw."""
    if not picture.nodes:
        return ""
    rows = max(node.row for node in picture.nodes) + 1
    width = _EDGE * 2 + len(picture.titles) * (_WIDTH + _GAP_X) - _GAP_X
    height = _TOP + rows * (_HEIGHT + _GAP_Y) - _GAP_Y + _EDGE
    places = {node.number: _place(node) for node in picture.nodes}
    parts = [
        f'<text class="column" x="{_EDGE + n * (_WIDTH + _GAP_X)}" y="18">{escape(title)}</text>'
        for n, title in enumerate(picture.titles)
    ]
    parts += [_line(places[a], places[b]) for a, b in picture.edges]
    parts += [_box(node, *places[node.number]) for node in picture.nodes]
    more = (
        f"<p>Not in the picture: {picture.left_out} more objects.</p>" if picture.left_out else ""
    )
    return (
        '<figure class="lineage" aria-labelledby="lineage-title">'
        '<h2 id="lineage-title">Lineage</h2>'
        '<div class="scroll" role="region" aria-labelledby="lineage-title" tabindex="0">'
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="group" aria-describedby="lineage-words">'
        f"<title>Lineage of the objects in this preview</title>{''.join(parts)}</svg></div>"
        f"<figcaption>{_legend(picture)}{more}"
        '<details><summary>The picture in words</summary><ul id="lineage-words">'
        f"{''.join(_words(picture))}</ul></details></figcaption></figure>"
    )


def _place(node: Node) -> tuple[int, int]:
    return _EDGE + node.column * (_WIDTH + _GAP_X), _TOP + node.row * (_HEIGHT + _GAP_Y)


def _box(node: Node, x: int, y: int) -> str:
    item = node.item
    name = harmless(item.name)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    said = escape(f"{item.title} {name}: {item.fate.value}")
    return (
        f'<a href="#object-{node.number}" aria-label="{said}">'
        f'<g class="node {fate_class(item.fate)}">'
        f'<title>{said}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="9"/>'
        f'<rect class="mark" x="{x}" y="{y}" width="32" height="{_HEIGHT}" rx="9"/>'
        f'<text class="sign" x="{x + 16}" y="{y + 32}">{item.fate.sign}</text>'
        f'<text class="name" x="{x + 42}" y="{y + 22}">{escape(short)}</text>'
        f'<text class="kind" x="{x + 42}" y="{y + 40}">{escape(item.title)}</text></g></a>'
    )


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A curve from the right of one to the left of another; beside them in one column."""
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    if start[0] == end[0]:
        x2 += _WIDTH
        bend = x1 + _GAP_X // 2
        return f'<path class="edge" d="M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}"/>'
    middle = (x1 + x2) // 2
    return f'<path class="edge" d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"/>'


def fate_class(fate: Fate) -> str:
    """The class of the style sheet for it."""
    return f"fate-{fate.name.lower()}"


def _legend(picture: Lineage) -> str:
    used = [fate for fate in Fate if any(node.item.fate is fate for node in picture.nodes)]
    return (
        '<ul class="legend">'
        + "".join(
            f'<li class="{fate_class(f)}"><span class="badge">{f.sign}</span> {f.value}</li>'
            for f in used
        )
        + "</ul>"
    )


def _words(picture: Lineage) -> list[str]:
    by_number = {node.number: node.item for node in picture.nodes}
    said = []
    for node in picture.nodes:
        to = [harmless(by_number[b].name) for a, b in picture.edges if a == node.number]
        item = node.item
        text = f"{item.title} {harmless(item.name)}: {item.fate.value}"
        said.append(f"<li>{escape(text + (' → ' + ', '.join(to) if to else ''))}</li>")
    return said
