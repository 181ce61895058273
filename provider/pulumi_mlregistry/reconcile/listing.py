"""Reads of many objects: one by one at first, then by the lists of the place that they lie in."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from pulumi_mlregistry import patience
from pulumi_mlregistry.reconcile.protocol import Api, Live, Page, Within

Walk = Callable[[Api, Within], Iterator[Page]]
"""Lists the objects of a place, page by page."""

_ALONE: Final = 3
"""How many objects of a place are read one by one before its list is asked for."""
_ALONE_AT_MOST: Final = 8
"""The same where the list is too long for what is wanted of it."""
_PAGES: Final = 2
"""How many pages may be asked for whatever they bring."""
_READS_A_PAGE: Final = 25
"""How many reads make one more page worth its while: a page costs a server about as much."""
_LONGEST_PAGE: Final = 20.0
"""Seconds that a page may take; who reads alone then still has the better part of its time."""
_BARREN: Final = 2
"""How many pages without any object are put up with before a list is given up."""


class Unlisted(Enum):
    """What a listing says where it does not have the object."""

    ALONE = "few are wanted of this place, and each is read by itself"
    MISSED = "no page that was asked for has it, and there are more"
    ABSENT = "it is not on the list: gone, as far as a list can tell"


@dataclass
class Listing:
    """The list of one place, asked for page by page as reads need it; safe for threads.

    Each object is answered once, so that a second read asks the registry. ``key`` is what objects
    are asked for by.
    """

    pages: Iterator[Page]
    key: Callable[[Live], str]
    _kept: dict[str, Live] = field(default_factory=dict)
    _reads: int = 0
    _asked: int = 0
    _size: int = 0
    _needed: int = 0
    """How many pages there are, as far as that is known."""
    _barren: int = 0
    _answered: set[str] = field(default_factory=set)
    _failed: bool = False
    """Whether it was given up: no more pages are asked for."""
    _whole: bool = False
    """Whether the list was read to its end."""
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _fetching: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str) -> Live | Unlisted:
        """An object as the list shows it; who asks meanwhile waits for the page that is due."""
        with self._counting:
            self._reads += 1
            number = self._reads
        longest = min(_LONGEST_PAGE, patience.seconds(math.inf) / 2)
        if number <= _ALONE or not self._fetching.acquire(timeout=longest):
            return Unlisted.ALONE
        try:
            while key not in self._kept and self._is_worth_a_page():
                self._fetch(longest)
            found = self._kept.pop(key, None)
            if found is not None:
                self._answered.add(key)
                return found
            again = key in self._answered
        finally:
            self._fetching.release()
        if self._failed or again:
            return Unlisted.ALONE
        if self._whole:
            return Unlisted.ABSENT
        return Unlisted.ALONE if number <= _ALONE_AT_MOST else Unlisted.MISSED

    def _is_worth_a_page(self) -> bool:
        needed = max(self._needed, self._asked + 1)
        ended = self._failed or self._whole
        return not ended and needed <= _PAGES + self._reads // _READS_A_PAGE

    def _fetch(self, longest: float) -> None:
        """One more page; a list that fails has ended, and who reads alone is told why."""
        try:
            with patience.within(longest):
                page = next(self.pages, None)
        except Exception:  # whatever it is: without a list each object is read by itself
            self._failed = True
            return
        if page is None:
            self._whole = True
            return
        self._asked += 1
        self._barren += not page.lives
        self._size = max(self._size, len(page.lives))
        self._kept |= {self.key(live): live for live in page.lives}
        if page.total and self._size:
            self._needed = math.ceil(page.total / self._size)
            self._whole = self._asked >= self._needed
        if self._barren > _BARREN:
            self._failed = True


class Listings:
    """The lists of one run, until the run writes: then every read asks for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], Listing] = {}
        self._written = False

    def seen(self, api: Api, walk: Walk, values: Mapping[str, Any]) -> Live | Unlisted:
        """The object of these arguments on a list where it would be, the narrowest first."""
        seen: Live | Unlisted = Unlisted.ALONE
        for place in api.table.places:
            if not all(values.get(name) for name in place.values()):
                continue
            within = {facet: [str(values[name])] for facet, name in place.items()}
            listing = self._of(api, walk, within)
            seen = listing.take(api.address(values)) if listing is not None else Unlisted.ALONE
            if isinstance(seen, Live) or seen is Unlisted.ABSENT:
                break
        return seen

    def close(self) -> None:
        """Forget all lists for good: what this run writes may change what they would show."""
        with self._lock:
            self._written = True
            self._open.clear()

    def _of(self, api: Api, walk: Walk, within: Within) -> Listing | None:
        place = (api.table.kind, str(within))
        with self._lock:
            if self._written:
                return None
            if place not in self._open:
                self._open[place] = Listing(walk(api, within), api.address_of)
            return self._open[place]
