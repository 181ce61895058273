"""What a field table can say of a field: the words that check, plan, patch and docs are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from pulumi_mlregistry.reconcile.canonical import plain
from pulumi_mlregistry.reconcile.nested import Lists, declared_part


class Shape(Enum):
    """How a field's value is compared, owned and written."""

    VALUE = "value"
    """One value, owned whole; an object in it is replaced whole."""
    MAP = "map"
    """A mapping whose keys are owned one by one."""
    SET = "set"
    """A list whose order means nothing, owned item by item: texts, or objects that have a key."""


class _Cannot:
    """The type of `CANNOT`."""

    def __repr__(self) -> str:
        return "CANNOT"


CANNOT: Final = _Cannot()
"""As `Behaviour.clear`: the API has no way back to "not set"."""


def _never(_declared: Any, _live: Any) -> bool:
    return False


def _declared_of(live: Any, known: Any, declared: Any) -> Any:
    return declared_part(live, [known, declared])


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one field behaves; the default is an optional value that is written in place."""

    key: bool = False
    """Part of the object's remote name."""
    create_only: bool = False
    """Taken at creation and never again: a change replaces the object."""
    set_once: bool = False
    """May be given later in place; once it is set it cannot be changed."""
    computed: bool = False
    """Filled in by the server when not declared."""
    defaults: bool = False
    """The server fills in parts of it: a part declared later is no conflict with those."""
    write_only: bool = False
    """Never read back: the declared value is all that is known."""
    policy: bool = False
    """Tells the provider how to act; never sent to the registry."""
    after_create: bool = False
    """A create request has no place for it, or may drop it: a second request writes it."""
    single: bool = False
    """A key that one object at a time can have, among those of one name: it leaves the object that
    had it when another one takes it."""
    server: bool = False
    """The server's own: an output, never an argument."""
    identity: bool = False
    """A server value that tells this object from another under the same name."""
    lasting: bool = False
    """A server value that no update changes; what identifies the object is so by itself."""
    derived: Callable[[Mapping[str, Any]], Any] | None = None
    """An output that follows from the arguments alone, so that it is known in preview."""
    stands_for: str = ""
    """The argument, a list, of which this one is the short form for a single item."""
    setting: str = ""
    """The configuration key whose value stands in where the argument is left out."""
    secret: tuple[str, ...] = ()
    """Nested keys that are secret, dots between levels; ``("",)`` for the whole value."""
    public: tuple[str, ...] = ()
    """Nested keys that may be shown, where everything else is secret."""
    shape: Shape = Shape.VALUE
    canonical: Callable[[Any], Any] = plain
    """The form in which two values are compared."""
    key_of: Callable[[Any], Any] = str
    """The key by which one item of a `Shape.SET` is owned; unknown where that is not known yet."""
    item: Callable[[Any], Any] = plain
    """The form in which two items of a `Shape.SET` are compared."""
    spell: Callable[[Any, Any, Any], Any] = _declared_of
    """``spell(live, known, declared)``: what the server answers, said as the state or the program
    says it: by the names they use, without what they never mentioned, masks lifted where the state
    knows what is behind. ``known`` is None where nothing was applied yet."""
    lists: Lists = field(default_factory=dict)
    """The lists inside a value whose items are owned one by one; all others are owned whole."""
    prepare: Callable[[Any], Any] = plain
    """What check makes of a declared value: the form that is sent."""
    rewritten: Callable[[Any, Any], bool] = _never
    """``rewritten(declared, live)``: the server is known to store `declared` as `live`."""
    clear: Any = CANNOT
    """The value that, once written, means "not set"."""
    reasons: str = ""
    """Why a change replaces, or cannot be cleared: ends the sentence "cannot be changed: ..."."""
    dialects: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Further pydantic constraints where the server speaks the named dialect."""
    advise: Callable[[Any], str | None] | None = None
    """A check beyond the type: what is wrong with the value and the remedy, or None."""


INPUT: Final = Behaviour()
