"""Gates as the policies of a Pulumi policy pack; needs the extra ``policy`` (``pulumi-policy``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates import subject as subjects
from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.judging import judge
from pulumi_mlregistry.gates.subject import Setting
from pulumi_mlregistry.gates.verdict import Verdict, failed
from pulumi_mlregistry.program import door
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from pulumi_mlregistry.settings.keys import NAMESPACE

if TYPE_CHECKING:
    from pulumi_policy import Policy, PolicyResource, ResourceValidationArgs, StackValidationArgs

_REFERENCE: Final = "pulumi:pulumi:StackReference"
Report = Callable[..., None]


def policies(*gates: Gate) -> list[Policy]:
    """One mandatory policy a gate, for ``PolicyPack(name, policies(...))``.

    Gates look at the resources that `enforce` would put them on, of either front door. Those that
    need a candidate (`SameDigest`, `Ready`, and `Metric` without ``of``) look through the outputs
    of the StackReferences in the stack for what ``gates.candidate`` made of the same model.
    TypeError for what is no gate or holds an Output; ImportError without the extra.
    """
    made: dict[str, Policy] = {}
    for gate in gates:
        if not isinstance(gate, Gate):
            raise TypeError(f"policies takes gates such as Described(), not {gate!r}")
        if gate.candidate is not None and not isinstance(gate.candidate, Mapping):
            raise TypeError(
                f"{type(gate).__name__} in a policy pack cannot take an Output: leave {gate.takes} "
                f"out, and the stack's references are looked through"
            )
        name = f"{NAMESPACE}-{gate.aim}".lower().replace(" ", "-").replace(",", "")
        while name in made:
            name += "-too"
        made[name] = _policy(name, gate)
    return list(made.values())


def _policy(name: str, gate: Gate) -> Policy:
    from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy

    words = " ".join((gate.__doc__ or "").split(". ")[0].split())
    mandatory = EnforcementLevel.MANDATORY
    if gate.candidate is None and gate.looks_for_candidate:
        return StackValidationPolicy(name, words, _on_stack(gate), mandatory)
    return ResourceValidationPolicy(name, words, _on_resource(gate), mandatory)


def _on_resource(gate: Gate) -> Callable[[ResourceValidationArgs, Report], None]:
    def validate(args: ResourceValidationArgs, report: Report) -> None:
        table = _table(args.resource_type, gate)
        if table is None:
            return
        own = subjects.declared(table, _plain(args.props))
        given, setting = gate.candidate, _setting(args.provider)
        verdict = judge(gate, own, given, setting, secret=False)
        if verdict.failed:
            report(verdict.line)

    return validate


def _on_stack(gate: Gate) -> Callable[[StackValidationArgs, Report], None]:
    def validate(args: StackValidationArgs, report: Report) -> None:
        found = list(_candidates(args.resources))
        for resource in args.resources:
            table = _table(resource.resource_type, gate)
            if table is not None:
                verdict = _by_candidates(gate, table, resource, found)
                if verdict.failed:
                    report(verdict.line, resource.urn)

    return validate


def _by_candidates(
    gate: Gate,
    table: type[Table],
    resource: PolicyResource,
    found: list[tuple[Mapping[str, Any], bool]],
) -> Verdict:
    """Any candidate of the same model will do: what fails is told of the first one."""
    own = subjects.declared(table, _plain(resource.props))
    fitting = [c for c in found if c[0].get("name") == own.name] or found
    if not fitting:
        return failed(
            f"{gate.aim} of {own.called}: no stack reference of this stack exports a candidate",
            "Export gates.candidate(version) in the stack that registered it, and refer to that",
        )
    setting = _setting(resource.provider)
    verdicts = [judge(gate, own, given, setting, secret=secret) for given, secret in fitting]
    return next((v for v in verdicts if not v.failed), verdicts[0])


def _candidates(resources: list[PolicyResource]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """The outputs of stack references that look like candidates, and whether they are secret."""
    for resource in resources:
        if resource.resource_type != _REFERENCE:
            continue
        props = _plain(resource.props)
        outputs, secret = props.get("outputs"), props.get("secretOutputNames")
        for name, value in outputs.items() if isinstance(outputs, Mapping) else ():
            if isinstance(value, Mapping) and {"name", "version", "source"} <= set(value):
                yield value, not isinstance(secret, list) or name in secret


def _table(type_: str, gate: Gate) -> type[Table] | None:
    """The table of a resource that a gate is put on."""
    kind = KINDS.get(door.kind_of(type_))
    return kind.table if kind is not None and gate.applies(kind.table) else None


def _setting(provider: Any) -> Setting:
    """The configuration of the resource's provider, as either front door spells it."""
    known = _plain(provider.props) if provider is not None else {}

    def get(name: str) -> str | None:
        value = known.get(name, known.get(f"{NAMESPACE}:{name}"))
        return value if isinstance(value, str) else None

    return get


def _plain(value: Any) -> Any:
    """Plain values of what the policy SDK hands over; what it will not show is unknown."""
    from pulumi_policy.proxy import UnknownValueError

    def at(key: Any) -> Any:
        try:
            return _plain(value[key])
        except UnknownValueError:
            return UNKNOWN

    if isinstance(value, Mapping):
        return {key: at(key) for key in value}
    if not isinstance(value, str) and hasattr(value, "__getitem__"):
        return [at(number) for number in range(len(value))]
    return value
