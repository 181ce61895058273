"""Gates on what a resource may do: run a checkpoint's own code, or lose what it registered."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_mlregistry.gates.gate import Gate, check_texts
from pulumi_mlregistry.gates.subject import Setting, Subject, has
from pulumi_mlregistry.gates.verdict import Verdict, failed, passed, waits
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN

_HARD = "hard"


@dataclass(frozen=True)
class TrustedCode(Gate):
    """``trust_remote_code`` is set only for names on the list.

    ``allow`` holds names ``workspace/name`` or patterns of them: ``prod/*``; case counts. An empty
    list allows none.
    """

    allow: Sequence[str] = ()

    def __post_init__(self) -> None:
        if isinstance(self.allow, str):
            raise TypeError("TrustedCode takes a list of names: allow=[...]")
        object.__setattr__(self, "allow", tuple(self.allow))
        if self.allow:
            check_texts(self, "names or patterns", tuple(self.allow))

    @classmethod
    def applies(cls, table: type[Table]) -> bool:
        """Wherever code can be trusted."""
        return has(table, "trust_remote_code")

    @property
    def aim(self) -> str:
        """The argument."""
        return "trust_remote_code"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Compare the name with the list."""
        del candidate, setting
        what, value = f"trust_remote_code of {own.called}", own.values.get("trust_remote_code")
        if value is UNKNOWN:
            return waits(what)
        if value is not True:
            return passed(f"{what} is not set")
        if own.name is UNKNOWN:
            return waits(f"the name of {own.called}, which sets trust_remote_code,")
        if any(fnmatch.fnmatchcase(str(own.name), pattern) for pattern in self.allow):
            return passed(f"{what} is set, and its name is on the list")
        return failed(
            f"{what} is set, and its name is not on the list ({', '.join(self.allow) or 'empty'})",
            "Remove trust_remote_code, or have the name added to the gate's allow=",
        )


@dataclass(frozen=True)
class NoHardDelete(Gate):
    """Removal from the program does not delete for good.

    The delete policy that counts is the resource's own, else ``mlregistry:deletePolicy``, else the
    registry's default. ``allow_recreate=True`` fails as well: that delete is a hard one.
    """

    @classmethod
    def applies(cls, table: type[Table]) -> bool:
        """Everywhere."""
        del table
        return True

    @property
    def aim(self) -> str:
        """The policy."""
        return "delete policy"

    def judge(self, own: Subject, candidate: Subject | None, setting: Setting) -> Verdict:
        """Work out the policy that counts."""
        del candidate
        assert own.table is not None
        what = f"delete policy of {own.called}"
        policy, recreate = own.values.get("delete_policy"), own.values.get("allow_recreate")
        taken = tables.choices(tables.column(own.table, "deletePolicy"))
        if policy is UNKNOWN or (own.table.named and recreate is UNKNOWN):
            return waits(what)
        if own.table.named and recreate is True:
            return failed(
                f"allow_recreate of {own.called} is set: a change may delete it for good",
                "Remove allow_recreate",
            )
        said, configured = "is", setting("deletePolicy")
        if policy is None:
            said = "is not declared, and the configured one is"
            policy = configured if configured in taken else None
        if policy is None:
            said = "is not declared, and the registry's default is"
            policy = own.table.default_delete
        if policy != _HARD:
            return passed(f"{what} {said} {policy}")
        others = " or ".join(f'"{other}"' for other in sorted(taken) if other != _HARD)
        return failed(f"{what} {said} {_HARD}", f"Set delete_policy={others}")
