"""Gates on what a reviewer reads: tags, a description, an owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from pulumi_mlregistry.gates.gate import Gate, check_candidate, check_texts
from pulumi_mlregistry.gates.subject import Setting, Subject, has, label_argument
from pulumi_mlregistry.gates.verdict import Verdict, failed, passed, waits
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN


@dataclass(frozen=True, init=False)
class RequiredTags(Gate):
    """These tags are there, and where tags have values they are not blank.

    MLflow: keys of ``tags``; NeMo: of ``custom_fields``; OpenMetadata: tags by their fully
    qualified name. `enforce` puts it on model versions.
    """

    takes: ClassVar[str] = "of"

    tags: tuple[str, ...] = ()
    of: Any = field(default=None, kw_only=True, repr=False)

    def __init__(self, *tags: str, of: Any = None) -> None:
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "of", of)
        check_texts(self, "names of tags", tags)
        check_candidate(self)

    @property
    def aim(self) -> str:
        """The tags."""
        return f"tag {', '.join(self.tags)}"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Look for each of them."""
        del setting
        subject = candidate or own
        labels = subject.labels
        if labels is UNKNOWN:
            return waits(f"{self.aim} of {subject.called}")
        open_ = [t for t in self.tags if labels.get(t) is UNKNOWN]
        lacking = [t for t in self.tags if t not in open_ and _blank(labels.get(t))]
        if lacking and UNKNOWN not in labels:
            return failed(
                f"tag {', '.join(lacking)} of {subject.called} is missing or blank",
                f"Set it in {subject.labelled or 'tags'} where that is declared",
            )
        if open_ or lacking:
            return waits(f"tag {', '.join(open_ or lacking)} of {subject.called}")
        return passed(f"{self.aim} of {subject.called} is there")


@dataclass(frozen=True)
class Described(Gate):
    """There is a description, and it is not blank.

    `enforce` puts it on every resource.
    """

    takes: ClassVar[str] = "of"

    of: Any = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_candidate(self)

    @classmethod
    def applies(cls, table: type[Table]) -> bool:
        """Wherever there are descriptions."""
        return has(table, "description")

    @property
    def aim(self) -> str:
        """The description."""
        return "description"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Look at it."""
        del setting
        subject = candidate or own
        what, value = f"description of {subject.called}", subject.values.get("description")
        if value is UNKNOWN:
            return waits(what)
        if _blank(value):
            return failed(
                f"{what} is missing or blank", 'Declare description="..." that says what it is for'
            )
        return passed(f"{what} is there")


@dataclass(frozen=True)
class Owned(Gate):
    """Somebody owns it.

    OpenMetadata: ``owners``; NeMo: ``ownership``, else the tag in ``custom_fields``; MLflow and
    candidates: the tag, by default ``owner``. `enforce` puts it on every resource that has such a
    place.
    """

    takes: ClassVar[str] = "of"

    tag: str = "owner"
    of: Any = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_texts(self, "the name of a tag", (self.tag,))
        check_candidate(self)

    @classmethod
    def applies(cls, table: type[Table]) -> bool:
        """Wherever there is a place for owners."""
        return any(has(table, a) for a in _OWNERS) or bool(label_argument(table))

    @property
    def aim(self) -> str:
        """The owner."""
        return "owner"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Look into each place that the resource has for owners."""
        del setting
        subject = candidate or own
        what = f"owner of {subject.called}"
        places = [a for a in _OWNERS if subject.table is not None and has(subject.table, a)]
        values = [subject.values.get(place) for place in places]
        if "owners" not in places:  # the tag counts where the registry itself knows no owners
            notes = subject.notes
            values.append(notes if notes is UNKNOWN else notes.get(self.tag))
            places.append(f'{subject.noted}={{"{self.tag}": ...}}')
        if any(v is not UNKNOWN and not _blank(v) for v in values):
            return passed(f"{what} is there")
        if UNKNOWN in values:
            return waits(what)
        return failed(f"{what} is missing", f"Declare {' or '.join(places)}")


_OWNERS = ("owners", "ownership")


def _blank(value: Any) -> bool:
    """Not there, or nothing to read in it."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == {} or value == []
