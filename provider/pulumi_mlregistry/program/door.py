"""Which front door a Python program uses: dynamic resources, or the plugin of all languages."""

from __future__ import annotations

import os
from typing import Final

import pulumi

from pulumi_mlregistry.settings.keys import BY_NAME, NAMESPACE

_KEY: Final = BY_NAME["plugin"]
_SAID: Final = {"true": True, "false": False}


def is_plugin() -> bool:
    """Whether the program is to use the plugin."""
    text = pulumi.Config(NAMESPACE).get(_KEY.name)
    if not text:
        text = next((os.environ[v] for v in _KEY.environment if os.environ.get(v)), "")
    if text and text not in _SAID:
        raise pulumi.RunError(f"{NAMESPACE}:{_KEY.name} is {text!r}: it is true or false")
    return _SAID.get(text, False)


def plugin_type(kind: str) -> str:
    """The plugin's token of a resource."""
    return f"{NAMESPACE}:{kind}"


def dynamic_type(kind: str) -> str:
    """The dynamic resource's token."""
    return f"pulumi-python:dynamic/{NAMESPACE}/{kind}"


def kind_of(type_: str) -> str:
    """A type without what tells the front doors apart; others as they are."""
    return type_.removeprefix(dynamic_type("")).removeprefix(plugin_type(""))
