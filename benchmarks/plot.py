"""Line charts side by side as one SVG, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Points = Sequence[tuple[float, float]]
_WIDTH: Final = 250
_HEIGHT: Final = 170
_GAP: Final = 60
_TOP: Final = 50
_SVG: Final = 'role="img" font-family="sans-serif" font-size="11"'
_COLOURS: Final = ("#7f7f7f", "#d95f02", "#1b7fbd", "#66a61e")


def chart(title: str, panels: Mapping[str, Mapping[str, Points]], unit: str, axis: str) -> str:
    """Each panel's series by name: the same name has the same colour everywhere."""
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    colours = {name: _COLOURS[n % len(_COLOURS)] for n, name in enumerate(names)}
    columns = 3
    rows = -(-len(panels) // columns)
    width = columns * (_WIDTH + _GAP) + 20
    height = _TOP + rows * (_HEIGHT + _GAP + 20)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_SVG}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _legend(colours),
    ]
    for number, (name, series) in enumerate(panels.items()):
        x = _GAP + (number % columns) * (_WIDTH + _GAP)
        y = _TOP + 20 + (number // columns) * (_HEIGHT + _GAP + 20)
        parts.append(f'<g transform="translate({x} {y})">')
        parts += [_panel(f"{name}, {unit}", series, colours, axis), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(colours: Mapping[str, str]) -> str:
    items = []
    for number, (name, colour) in enumerate(colours.items()):
        x = _GAP + number * 110
        items.append(f'<circle cx="{x}" cy="20" r="5" fill="{colour}"/>')
        items.append(f'<text x="{x + 10}" y="24">{escape(name)}</text>')
    return "".join(items)


def _panel(title: str, series: Mapping[str, Points], colours: Mapping[str, str], axis: str) -> str:
    points = [point for each in series.values() for point in each]
    right = max((x for x, _ in points), default=1)
    top = _round_up(max((y for _, y in points), default=1))
    parts = [f'<text x="0" y="-10" font-weight="bold">{escape(title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT * (1 - share)
        parts.append(f'<line x1="0" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{top * share:g}</text>')
    for x in sorted({x for x, _ in points}):
        place = x / right * _WIDTH
        said = f'x="{place:.1f}" y="{_HEIGHT + 15}" text-anchor="middle"'
        parts.append(f"<text {said}>{x:g}</text>")
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 30}" text-anchor="middle">{axis}</text>')
    for name, each in series.items():
        places = [(x / right * _WIDTH, _HEIGHT * (1 - y / top)) for x, y in sorted(each)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        colour = colours[name]
        drawn = f'fill="none" stroke="{colour}" stroke-width="2"'
        parts.append(f'<polyline points="{line}" {drawn}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    return "\n".join(parts)


def _round_up(value: float) -> float:
    """The next number that is easy to read."""
    step = 1e-3
    while True:
        for factor in (1, 1.5, 2, 3, 5):
            if value <= step * factor:
                return step * factor
        step *= 10
