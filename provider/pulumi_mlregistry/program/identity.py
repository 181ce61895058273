"""What tells a stack from another one of its name, and a resource from an earlier one of its name.

Pulumi makes up an id for each provider and keeps it in the state before anything that comes after
it. So a provider of Pulumi's own built-in package, for which nothing is started or called, gives a
stack or a resource an identity: the next run after a killed one has the same, another checkout of
the program with a state of its own has not. Pulumi shows no provider whose name begins with
``default``, and counts none as a change.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import pulumi

_PACKAGE: Final = "pulumi"
_NAME: Final = "default-mlregistry"


class _Identity(pulumi.ProviderResource):
    def __init__(self, name: str) -> None:
        super().__init__(_PACKAGE, name)


_of_stacks: WeakKeyDictionary[pulumi.Resource, _Identity] = WeakKeyDictionary()


def of_stack() -> pulumi.Output[str]:
    """The identity of the stack that the program declares; made once in a run."""
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return _Identity(_NAME).id
    if root not in _of_stacks:
        _of_stacks[root] = _Identity(_NAME)
    return _of_stacks[root].id


def of_resource(owner: str) -> pulumi.Output[str]:
    """The identity of one resource; ``owner`` names it among all of the stack."""
    return _Identity(f"{_NAME}-{owner.split('/', 2)[-1]}").id
