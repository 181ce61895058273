"""The tag by which a version says who made it, so that a lost create is found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi_mlregistry.reconcile.canonical import digest
from pulumi_mlregistry.reconcile.protocol import Claim, Mark

TAG: Final = "mlregistry.owner"
_REPLACED, _GOES = "replaced", "goes"


@dataclass(frozen=True)
class Marker:
    """Who made a version, from what, and in which life of which stack.

    ``stack`` and ``instance`` are digests of the identities that Pulumi keeps in the state for the
    stack and for the resource: two checkouts of one stack differ in them, a killed run and the next
    one do not. Either is empty where it is not known; versions up to 0.1.0 wrote none.
    """

    owner: str
    fingerprint: str
    stack: str = ""
    instance: str = ""
    state: str = ""

    @classmethod
    def of(cls, claim: Claim) -> Marker:
        """The marker of a version that somebody creates."""
        stack, instance = (_short(each) for each in (claim.stack, claim.instance))
        return cls(claim.owner, claim.fingerprint, stack, instance, _GOES if claim.goes else "")

    @classmethod
    def read(cls, version: Mapping[str, Any]) -> Marker:
        """The marker of a version as the registry answers it; an empty one where it has none."""
        tags = version.get("tags")
        listed = tags if isinstance(tags, list) else []
        text = next((str(t.get("value") or "") for t in listed if t.get("key") == TAG), "")
        owner, _, rest = text.rpartition(" ")  # the owner's name may hold blanks
        fingerprint, stack, instance, state = [*rest.split("."), "", "", ""][:4]
        return cls(owner, fingerprint, stack, instance, state)

    @property
    def text(self) -> str:
        """The value of the tag."""
        token = ".".join((self.fingerprint, self.stack, self.instance, self.state))
        return f"{self.owner} {token.rstrip('.')}"

    @property
    def is_replaced(self) -> bool:
        """Whether its stack has made another version in its place."""
        return self.state == _REPLACED

    @property
    def goes(self) -> bool:
        """Whether its stack lets it go with the registered model."""
        return self.state in (_REPLACED, _GOES)

    def is_of_life(self, other: Marker) -> bool:
        """Whether both were made for one resource of one stack."""
        return (self.stack, self.instance) == (other.stack, other.instance)

    def is_of_former(self, other: Marker) -> bool:
        """Whether it was made for an earlier resource of the same name in the same stack."""
        instances = {self.instance, other.instance}
        return self.stack == other.stack != "" and len(instances) == 2 and "" not in instances

    def is_of_stack(self, identities: Iterable[str]) -> bool:
        """Whether it was made in the stack of these identities."""
        return bool(self.stack) and self.stack in map(_short, identities)

    def is_foreign(self, identities: Iterable[str]) -> bool:
        """Whether another stack, or nobody's program, made it; False where that is not known."""
        return not self._is_old and not self.is_of_stack(identities)

    def marked(self, mark: Mark) -> Marker:
        """The marker of a version that is in the stack's state."""
        kept = self
        if not mark.stacks:
            return kept
        if not self.is_of_stack(mark.stacks):
            if not (self._is_old or mark.takes):
                return kept
            owner, content = (self.owner, self.fingerprint) if self._is_old else (mark.owner, "")
            kept = Marker(owner, content, _short(mark.stacks[0]), state=self.state)
        state = _REPLACED if mark.replaced or kept.is_replaced else _GOES if mark.goes else ""
        return replace(kept, state=state)

    @property
    def _is_old(self) -> bool:
        """Whether it tells the stack's name alone, as up to 0.1.0."""
        return bool(self.owner) and not self.stack


def _short(identity: str) -> str:
    return digest(identity)[:12] if identity else ""
