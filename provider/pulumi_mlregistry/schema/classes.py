"""The typed Python classes, one module an API, and the Provider class: from the same tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pydantic.alias_generators import to_snake

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.table import Column, Struct, Table
from pulumi_mlregistry.schema.types import literals, python_type
from pulumi_mlregistry.settings.keys import NAMESPACE, PROVIDER_KEYS

_NOTE = "Generated from the field tables by scripts/generate: change the tables instead."
_HEADER = '''"""{title}

{note}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from pulumi_mlregistry.gates.gate import Gate
from pulumi_mlregistry.program.resource import Resource

__all__ = [{names}]
'''


def modules() -> dict[str, str]:
    """All generated modules: file name and text, before formatting."""
    by_module: dict[str, list[type[Table]]] = {}
    for kind in KINDS.values():
        by_module.setdefault(kind.table.kind.partition(":")[0], []).append(kind.table)
    texts = {f"{name}.py": _module(name, found) for name, found in by_module.items()}
    texts["provider.py"] = _provider()
    return texts


def _module(name: str, found: list[type[Table]]) -> str:
    title = f"Resources of the module `{name}`: {', '.join(t.__name__ for t in found)}."
    structs = dict.fromkeys(s for t in found for s in tables.structs(t))
    names = sorted([t.__name__ for t in found] + [f"{s.__name__}Args" for s in structs])
    listed = ", ".join(f'"{n}"' for n in names)
    parts = [_HEADER.format(title=title, note=_NOTE, names=listed)]
    parts += [_typed_dict(struct) for struct in structs]
    parts += [_class(name, table) for table in found]
    return "\n\n".join(parts)


def _typed_dict(struct: type[Struct]) -> str:
    lines = [f"class {struct.__name__}Args(TypedDict, total=False):"]
    lines.append(_doc(" ".join((struct.__doc__ or "").split()), 4))
    for attr, info in struct.model_fields.items():
        lines.append(f"    {attr}: pulumi.Input[{python_type(info.annotation)}]")
        lines.append(_doc(tables.attribute_docs(struct).get(attr, ""), 4))
    return "\n".join(lines)


def _class(module: str, table: type[Table]) -> str:
    arguments = [*tables.inputs(table), *tables.short_forms(table), *tables.policies(table)]
    name = table.__name__
    lines = [
        f'class {name}(Resource, module="{NAMESPACE}/{module}", name="{name}"):',
        _doc(" ".join((table.__doc__ or "").split()), 4),
        "",
        "    def __init__(",
        "        self,",
        "        resource_name: str,",
        "        *,",
        *(f"        {c.attr}: {_argument(table, c)}," for c in arguments),
        "        gates: Sequence[Gate] | None = None,",
        "        opts: pulumi.ResourceOptions | None = None,",
        "    ) -> None:",
        _arguments_doc(table, arguments),
        f'        self._declare("{table.kind}", resource_name, {{',
        *(f'            "{c.attr}": {c.attr},' for c in arguments),
        "        }, opts, gates)",
        "",
    ]
    own = set(table.__annotations__)
    policies = [c for c in tables.policies(table) if c.attr in own]
    for column in (*tables.inputs(table), *policies, *tables.outputs(table)):
        lines += list(_output(column))
    return "\n".join(lines)


def _argument(table: type[Table], column: Column) -> str:
    kind = f"pulumi.Input[{python_type(column.info.annotation)}]"
    optional = not column.required or (table.named and column.name == "name")
    return f"{kind} | None = None" if optional else kind


def _output(column: Column) -> Iterator[str]:
    kind = python_type(column.info.annotation, inside=True)
    always = column.required or column.behaviour.derived is not None
    kind = kind if always else f"{kind} | None"
    yield "    @property"
    yield f"    def {column.attr}(self) -> pulumi.Output[{kind}]:"
    yield _doc(column.doc, 8)
    yield f'        return self._output("{column.name}")'
    yield ""


def _arguments_doc(table: type[Table], arguments: list[Column]) -> str:
    lines = [f'        """Declare a {table.title}.', ""]
    for column in arguments:
        text = column.doc
        if values := literals(column):
            text += f" One of {', '.join(f'`{v}`' for v in values)}."
        if table.named and column.name == "name":
            text += " The logical name if not given."
        lines += _param(column.attr, text)
    lines += _param("gates", _GATES)
    return "\n".join([*lines, '        """'])


def _doc(text: str, indent: int) -> str:
    space = " " * indent
    wrapped = textwrap.wrap(
        f'"""{text}"""',
        width=99,
        initial_indent=space,
        subsequent_indent=space,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return "\n".join(wrapped)


_GATES = (
    "What has to hold before anything of it is written, such as `gates.Described()`; one that does "
    "not hold stops the preview. Nothing of them is kept in the state."
)
_TEXT = "pulumi.Input[str] | None"
_PROVIDER = '''"""Where the registries are and who asks, for two endpoints in one program.

{note}
"""

from __future__ import annotations

import pulumi

from pulumi_mlregistry.program.explicit import ExplicitProvider

__all__ = ["Provider"]


class Provider(ExplicitProvider):
    """An explicit provider: pass it as `pulumi.ResourceOptions(provider=...)`.

    It uses what it is given and the environment, and nothing of the stack's configuration. A
    credential of the environment is not sent to another address than the one it is set beside.
    """

    def __init__(
        self,
        resource_name: str,
        *,
{arguments}
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Configure a provider.

{docs}
        """
        super().__init__(
            resource_name,
            {{
{given}
            }},
            opts,
        )
'''


def _provider() -> str:
    names = {key.name: to_snake(key.name) for key in PROVIDER_KEYS}
    docs = (line for key in PROVIDER_KEYS for line in _param(names[key.name], key.doc))
    return _PROVIDER.format(
        note=_NOTE,
        arguments="\n".join(
            f"        {n}: pulumi.Input[str] | None = None," for n in names.values()
        ),
        docs="\n".join(docs),
        given="\n".join(f'                "{key}": {name},' for key, name in names.items()),
    )


def _param(name: str, text: str) -> list[str]:
    return textwrap.wrap(
        f":param {name}: {text}",
        width=99,
        initial_indent="        ",
        subsequent_indent="            ",
        break_on_hyphens=False,
        break_long_words=False,
    )
