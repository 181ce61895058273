"""What 2.x makes of a description: the output of the OWASP HTML sanitizer.

Measured with that library: characters that could start something in HTML become entities, unknown
elements go and their text stays, scripts go altogether, what is open is closed.
"""

from __future__ import annotations

from html.parser import HTMLParser

_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
    "+": "&#43;",
    "=": "&#61;",
    "@": "&#64;",
    "`": "&#96;",
}
_VOID = frozenset({"br", "hr", "img"})
_ELEMENTS = _VOID | frozenset(
    (
        *("a", "b", "blockquote", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h1"),
        *("h2", "h3", "h4", "h5", "h6", "i", "ins", "li", "ol", "p", "pre", "s", "small", "span"),
        *("strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
        *("u", "ul"),
    )
)
"""Which elements the server lets pass was not measured beyond ``br`` and ``p``."""
_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "width", "height"})
_SILENT = frozenset({"script", "style"})


def sanitized(text: str) -> str:
    """The text as it is stored."""
    reader = _Sanitizer()
    reader.feed(text)
    reader.close()
    return reader.result()


def encoded(text: str) -> str:
    """Text between elements."""
    parts = []
    previous = ""
    for character in text:
        code = ord(character)
        if code < 0x20 and character not in "\t\n\r":
            continue
        if character == "{" and previous == "{":
            parts.append("<!-- -->{")
        elif code > 0xFFFF:
            parts.append(f"&#x{code:x};")
        else:
            parts.append(_ENTITIES.get(character, character))
        previous = character
    return "".join(parts)


class _Sanitizer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._text: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def result(self) -> str:
        self._flush()
        self._parts += [f"</{name}>" for name in reversed(self._open)]
        return "".join(self._parts)

    def _flush(self) -> None:
        self._parts.append(encoded("".join(self._text)))
        self._text.clear()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag not in _ELEMENTS:
            return
        self._flush()
        kept = [
            f' {name}="{encoded(value or "")}"'
            for name, value in attrs
            if name in _ATTRIBUTES and "script:" not in (value or "").lower()
        ]
        self._parts.append(f"<{tag}{''.join(kept)}{' /' if tag in _VOID else ''}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag not in self._open:
            return
        self._flush()
        while self._open:
            closed = self._open.pop()
            self._parts.append(f"</{closed}>")
            if closed == tag:
                return
