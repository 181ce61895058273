"""Gates as the policies of a Pulumi policy pack; needs the extra ``policy`` (``pulumi-policy``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.gates import subject as subjects
from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.gates.judging import judge
from pulumi_mlregistry.gates.subject import Setting, Subject
from pulumi_mlregistry.gates.verdict import Verdict, failed
from pulumi_mlregistry.program import door
from pulumi_mlregistry.reconcile.table import Table
from pulumi_mlregistry.reconcile.unknown import UNKNOWN
from pulumi_mlregistry.settings.keys import NAMESPACE

if TYPE_CHECKING:
    from pulumi_policy import Policy, PolicyResource, ResourceValidationArgs, StackValidationArgs

_STACK: Final = "pulumi:pulumi:Stack"
_REFERENCE: Final = "pulumi:pulumi:StackReference"
Report = Callable[..., None]


def policies(*gates: Gate) -> list[Policy]:
    """One mandatory policy a gate, for ``PolicyPack(name, policies(...))``.

    Gates look at the resources that `enforce` would put them on, of either front door. Those that
    need a candidate (`SameDigest`, `Ready`, and `Metric` without ``of``) look for what
    ``gates.candidate`` made of the same model: among the outputs of the stack itself, which
    therefore exports again what it took from a StackReference, and among those of its references
    where the engine hands them over (a preview does not). TypeError for what is no gate or holds an
    Output; ImportError without the extra.
    """
    made: dict[str, Policy] = {}
    for gate in gates:
        if not isinstance(gate, Gate):
            raise TypeError(f"policies takes gates such as Described(), not {gate!r}")
        if gate.candidate is not None and not isinstance(gate.candidate, Mapping):
            raise TypeError(
                f"{type(gate).__name__} in a policy pack cannot take an Output: leave {gate.takes} "
                f"out, and it is looked for among the outputs of the stack"
            )
        name = f"{NAMESPACE}-{gate.aim}".lower().replace(" ", "-").replace(",", "")
        while name in made:
            name += "-too"
        made[name] = _policy(name, gate)
    return list(made.values())


def _policy(name: str, gate: Gate) -> Policy:
    from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy

    words = " ".join((gate.__doc__ or "").partition("\n")[0].replace("`", "").split()).rstrip(".")
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
    gate: Gate, table: type[Table], resource: PolicyResource, found: list[Subject]
) -> Verdict:
    """Judged by the candidates of the same model, or by the only one that there is."""
    own = subjects.declared(table, _plain(resource.props))
    fitting = [c for c in found if c.values.get("name") == own.name] or found
    if not fitting or (len(fitting) > 1 and fitting is found):
        others = "nor do its references" if not fitting else "of those that it exports none fits"
        return failed(
            f"{gate.aim} of {own.called}: this stack exports no candidate of it, {others}",
            'Re-export it: pulumi.export("candidate", reference.require_output("candidate"))',
        )
    verdicts = [gate.judge(own, c, _setting(resource.provider)) for c in fitting]
    good = [v for v in verdicts if not v.failed]
    if good and gate.one_is_enough:
        return good[0]
    return next((v for v in verdicts if v.failed), verdicts[0])


def _candidates(resources: list[PolicyResource]) -> Iterator[Subject]:
    """What looks like a candidate among the outputs of the stack and of its references."""
    for resource in resources:
        if resource.resource_type not in (_STACK, _REFERENCE):
            continue
        props = _plain(resource.props)
        outputs = props if resource.resource_type == _STACK else props.get("outputs")
        secret = props.get("secretOutputNames")
        for name, value in outputs.items() if isinstance(outputs, Mapping) else ():
            if isinstance(value, Mapping) and {"name", "version", "source"} <= set(value):
                hidden = isinstance(secret, list) and name in secret
                yield subjects.candidate(value, secret=hidden)


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
