"""The base of `pulumi_mlregistry.Provider`: an instance of either front door with its own keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_mlregistry.program import door
from pulumi_mlregistry.settings.keys import BY_NAME, NAMESPACE

_PACKAGE = "pulumi-python"
"""The bundled package that runs dynamic resources."""


class ExplicitProvider(pulumi.ProviderResource):
    """Configuration for the resources that name this provider; credentials are secrets."""

    def __init__(
        self,
        resource_name: str,
        keys: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        plugin = door.is_plugin()
        props = {
            (name if plugin else f"{NAMESPACE}:{name}"): (
                pulumi.Output.secret(value) if BY_NAME[name].secret else value
            )
            for name, value in keys.items()
            if value is not None
        }
        super().__init__(NAMESPACE if plugin else _PACKAGE, resource_name, props, opts)
