"""Gates on what was trained: a metric's value, the same content, a version that is usable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from pulumi_mlregistry.gates.gate import Gate, check_candidate, check_texts
from pulumi_mlregistry.gates.subject import Setting, Subject
from pulumi_mlregistry.gates.verdict import Verdict, failed, passed, waits
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

_READY: Final = "READY"


@dataclass(frozen=True)
class Metric(Gate):
    """A metric is at least, or at most, so much; both bounds may be given.

    With ``of``, the candidate's ``metrics`` are looked at, then its tags; without, the resource's
    own tags (NeMo: ``custom_fields``, OpenMetadata: ``extension``): a new version has no metrics
    yet. A metric that is missing, NaN, infinite or no number fails. TypeError or ValueError for
    bounds that are none.
    """

    takes: ClassVar[str] = "of"
    looks_for_candidate: ClassVar[bool] = True

    name: str
    at_least: float | None = None
    at_most: float | None = None
    of: Any = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_texts(self, "the name of a metric", (self.name,))
        for bound in (self.at_least, self.at_most):
            if bound is not None and (
                isinstance(bound, bool) or not isinstance(bound, int | float)
            ):
                raise TypeError(f"a bound of metric {self.name} is a number, not {bound!r}")
            if bound is not None and not math.isfinite(bound):
                raise ValueError(f"a bound of metric {self.name} is {bound}: nothing could meet it")
        if self.at_least is None and self.at_most is None:
            raise TypeError(f"metric {self.name} has no bound: give at_least= or at_most=")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise ValueError(f"metric {self.name} cannot be at least {low:g} and at most {high:g}")
        check_candidate(self)

    @property
    def aim(self) -> str:
        """The metric."""
        return f"metric {self.name}"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Compare the value with the bounds."""
        del setting
        subject = candidate or own
        what = f"{self.aim} of {subject.called}"
        place, value = self._found(subject)
        if value is UNKNOWN:
            return waits(what)
        if value is None:
            return failed(f"{what} is not there, {self._wanted}", self._missing(subject))
        number = _number(value)
        shown = subject.shown(place, value)
        if number is None:
            return failed(f"{what} is {shown}, which is no number", f"{self._wanted.capitalize()}")
        if self._met(number):
            return passed(f"{what} is {shown}, {self._wanted}")
        return failed(f"{what} is {shown}, {self._wanted}", "Promote a version that meets it")

    def _found(self, subject: Subject) -> tuple[str, Any]:
        metrics = subject.values.get("metrics") if subject.table is None else None
        value = metrics if metrics is UNKNOWN else _latest(metrics, self.name)
        if value is not None:
            return "metrics", value
        notes = subject.notes
        return subject.noted, notes if notes is UNKNOWN else notes.get(self.name)

    def _met(self, number: float) -> bool:
        low = self.at_least is None or number >= self.at_least
        return low and (self.at_most is None or number <= self.at_most)

    @property
    def _wanted(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        said = " and ".join(f"{word} {bound:.12g}" for word, bound in bounds if bound is not None)
        return f"{said} is required"

    def _missing(self, subject: Subject) -> str:
        if subject.table is None:
            return "Export it: gates.candidate(version, metrics={...})"
        tag = f", or declare it in {subject.noted}" if subject.noted else ""
        return f"Give the gate of=, a candidate that has it{tag}"


@dataclass(frozen=True)
class SameDigest(Gate):
    """The declared version has the same content as the candidate: their tag ``digest`` is equal.

    The training job sets the tag; the provider computes nothing. Without ``as_in`` it is for policy
    packs alone, which find the candidate among the outputs of the stack.
    """

    takes: ClassVar[str] = "as_in"
    needs_candidate: ClassVar[bool] = True
    looks_for_candidate: ClassVar[bool] = True
    one_is_enough: ClassVar[bool] = True

    tag: str = "digest"
    as_in: Any = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_texts(self, "the name of a tag", (self.tag,))
        check_candidate(self)

    @property
    def aim(self) -> str:
        """The tag."""
        return f"tag {self.tag}"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Compare both tags, as texts."""
        del setting
        assert candidate is not None, "a program and a policy pack see to that"
        found = [(subject, self._digest(subject)) for subject in (own, candidate)]
        for subject, digest in found:
            if digest is UNKNOWN:
                return waits(f"{self.aim} of {subject.called}")
            if not digest:
                return failed(
                    f"{self.aim} of {subject.called} is not there",
                    f"Set it where that version is declared: {subject.noted or 'tags'}="
                    f'{{"{self.tag}": ...}}',
                )
        (_, mine), (_, theirs) = found
        shown = own.shown(own.noted, mine), candidate.shown(candidate.noted, theirs)
        if mine == theirs:
            return passed(f"{self.aim} of {own.called} is {shown[1]}, as in {candidate.called}")
        return failed(
            f"{self.aim} of {own.called} is {shown[0]}, and {candidate.called} has {shown[1]}",
            "Declare the version that was judged, with its own digest",
        )

    def _digest(self, subject: Subject) -> Any:
        notes = subject.notes
        value = notes if notes is UNKNOWN else notes.get(self.tag)
        return value if value is UNKNOWN or value is None else str(value).strip()


@dataclass(frozen=True)
class Ready(Gate):
    """The candidate's status is READY: its registry has finished it.

    Without ``of`` it is for policy packs alone, as `SameDigest` is.
    """

    takes: ClassVar[str] = "of"
    needs_candidate: ClassVar[bool] = True
    looks_for_candidate: ClassVar[bool] = True

    of: Any = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_candidate(self)

    @property
    def aim(self) -> str:
        """The status."""
        return "status"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Look at the status."""
        del own, setting
        assert candidate is not None, "a program and a policy pack see to that"
        status, what = candidate.values.get("status"), f"status of {candidate.called}"
        if status is UNKNOWN:
            return waits(what)
        if status == _READY:
            return passed(f"{what} is {_READY}")
        said = "not there" if status is None else candidate.shown("status", status)
        return failed(
            f"{what} is {said}, {_READY} is required",
            "Wait for its registry, then run refresh in the candidate's stack",
        )


def _check_bound(metric: str, bound: Any) -> None:
    if bound is None:
        return
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise TypeError(f"a bound of metric {metric} is a number, not {bound!r}")
    if not math.isfinite(bound):
        raise ValueError(f"a bound of metric {metric} is {bound}: nothing could meet it")


def _latest(metrics: Any, name: str) -> Any:
    """One metric, of a mapping or of MLflow's list, in which the newest of a name counts."""
    if isinstance(metrics, Mapping):
        return metrics.get(name)
    if not isinstance(metrics, list | tuple):
        return None
    if any(m is UNKNOWN for m in metrics):
        return UNKNOWN
    named = [m for m in metrics if isinstance(m, Mapping) and m.get("key") == name]
    newest = max(named, key=_when, default=None)
    return newest.get("value") if newest else None


def _when(metric: Mapping[str, Any]) -> tuple[float, float]:
    return _number(metric.get("step")) or 0.0, _number(metric.get("timestamp")) or 0.0


def _number(value: Any) -> float | None:
    """A finite number, also one that is written as a text; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
