"""Gates in programs: what a stack exports of a version, and gates on all that it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates.carrying import carried
from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.marks import GATES
from pulumi_mlregistry.mlflow import ModelVersion
from pulumi_mlregistry.program import door

_PARTS = ("name", "version", "source", "run_id", "status", "description", "tags")


def candidate(
    version: ModelVersion,
    metrics: pulumi.Input[Mapping[str, pulumi.Input[float]]] | None = None,
) -> pulumi.Output[dict[str, Any]]:
    """What a stack exports of a version, for the gates of the stack that it is promoted to.

    :param version: The version that this stack registered.
    :param metrics: Values by name, such as ``{"auc": 0.93}``. Oracle's ``model_metrics`` of the
        version if not given; plain MLflow answers none.
    :return: A mapping of ``name``, ``version``, ``source``, ``run_id``, ``status``,
        ``description``, ``tags`` (the declared ones, with the digest that the training job gave)
        and ``metrics``; what is not there is left out. Secret where a part of it is.
    """
    parts: dict[str, Any] = {part: getattr(version, part) for part in _PARTS}
    parts["metrics"] = version.model_metrics if metrics is None else metrics
    return pulumi.Output.all(**parts).apply(
        lambda known: {k: v for k, v in known.items() if v is not None}
    )


def enforce(*gates: Gate) -> None:
    """Put gates on every resource of this package that comes after, wherever they apply.

    Called once, at the top of a program. Each gate says on which resources it is put.
    """
    carried(gates)  # what is no gate is told here rather than at some resource

    def put(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        kind = KINDS.get(door.kind_of(args.type_))
        mine = [gate for gate in gates if kind is not None and gate.applies(kind.table)]
        plain = carried(mine)
        if plain is None:
            return None
        given: Any = args.props.get(GATES) or []
        props = {**args.props, GATES: [*given, *plain]}
        return pulumi.ResourceTransformationResult(props, args.opts)

    pulumi.runtime.register_stack_transformation(put)
