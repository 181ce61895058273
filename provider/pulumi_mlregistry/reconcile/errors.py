"""Every error that a user can meet, each one line: what, where, why, what to do, request id.

RegistryError
├── Misconfigured      the configuration is unusable; nothing was sent
├── OtherRegistry      the state belongs to another origin, platform or workspace
├── Unreachable        no connection: nothing was sent
├── NotAuthenticated   the registry does not know who asks
├── NotAllowed         the registry knows who asks and refuses
├── Rejected           the registry refuses the request's content
├── InvalidAnswer      not this API's answer: an HTML page, a redirect, a wrong base URL
├── Lost               no answer, or a server fault: the write may or may not have happened
├── Stale              somebody else wrote at the same moment; nothing was written
├── AlreadyExists      an object with this name exists and is not this resource's
├── Gone               the object was deleted elsewhere, or another one has its name
├── Conflict           others changed what this program owns since it was last read
├── HasChildren        a delete would take others' objects with it
├── NotApplied         the registry accepted the write and did not keep it
└── Failed             the registry reports that the object itself failed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_mlregistry.reconcile.protocol import Result


class RegistryError(Exception):
    """The root of the tree; ``str()`` is always a single line.

    what: the operation and the object. why: the cause, as the registry words it where it does.
    remedy: what the user can do. where: the registry's origin. request_id: the registry's own.
    """

    def __init__(
        self,
        why: str,
        *,
        remedy: str = "",
        what: str = "",
        where: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(why)
        self.remedy = remedy
        self.what = what
        self.where = where
        self.request_id = request_id
        self.left: Result | None = None
        """What a failed create has made and not completed, as a create answers it."""

    @property
    def why(self) -> str:
        """The cause; setting it leaves nothing of the former one in the exception."""
        return str(self.args[0])

    @why.setter
    def why(self, text: str) -> None:
        self.args = (text,)

    def at(self, what: str, where: str) -> RegistryError:
        """The same error, told what was being done where it does not know that yet."""
        self.what = self.what or what
        self.where = self.where or where
        return self

    def __str__(self) -> str:
        head = " at ".join(part for part in (self.what, self.where) if part)
        text = f"{head}: {self.why}" if head else self.why
        if self.remedy:
            text = f"{text.rstrip('.')}. {self.remedy}"
        if self.request_id:
            text = f"{text} (request id {self.request_id})"
        return " ".join(text.split())


class Misconfigured(RegistryError):
    """The configuration is unusable; nothing was sent."""


class OtherRegistry(RegistryError):
    """The state belongs to another origin, platform or workspace than the configured one."""


class Unreachable(RegistryError):
    """No connection could be made: nothing was sent."""


class NotAuthenticated(RegistryError):
    """The registry does not accept the credentials, or there are none."""


class NotAllowed(RegistryError):
    """The registry knows who asks and refuses."""


class Rejected(RegistryError):
    """The registry refuses the request's content; nothing was written."""


class InvalidAnswer(RegistryError):
    """What answered is not this API: an HTML page, a redirect, a wrong base URL."""


class Lost(RegistryError):
    """A write whose outcome is unknown: the reply was lost or the server failed."""


class Stale(RegistryError):
    """Somebody else wrote at the same moment; this write changed nothing."""


class AlreadyExists(RegistryError):
    """An object with this name exists and is not this resource's."""


class Gone(RegistryError):
    """The object was deleted elsewhere, or another one has taken its name."""


class Conflict(RegistryError):
    """Others changed what this program owns since it was last read."""


class HasChildren(RegistryError):
    """A delete would take other objects with it."""


class NotApplied(RegistryError):
    """The registry accepted the write and did not keep it."""


class Failed(RegistryError):
    """The registry reports that the object itself failed."""
