"""The reference pages: one a resource, from its field table and its example's program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pulumi_mlregistry.catalog import KINDS
from pulumi_mlregistry.reconcile import table as tables
from pulumi_mlregistry.reconcile.behaviour import CANNOT, Shape
from pulumi_mlregistry.reconcile.looking import keys_of
from pulumi_mlregistry.reconcile.table import Column, Struct, Table
from pulumi_mlregistry.schema.types import PACKAGE, literals, schema_type
from pulumi_mlregistry.settings.keys import KEYS, NAMESPACE, Key

EXAMPLES: Final[Mapping[str, str]] = {
    "openmetadata:MlModelService": "openmetadata-services",
    "openmetadata:MlModel": "openmetadata-model",
    "nemo:ModelEntity": "nemo-model-entity",
    "mlflow:RegisteredModel": "mlflow-registered-model",
    "mlflow:ModelVersion": "mlflow-model-version",
}
"""The folder of examples whose program shows a resource whole; the tests run each of them."""
_PROGRAMS: Final = (
    ("Python", "python", "mlflow-model-version", "__main__.py"),
    ("Python, by the plugin's SDK", "python", "plugin-python", "__main__.py"),
    ("TypeScript", "typescript", "plugin-typescript", "index.ts"),
    ("YAML", "yaml", "plugin-yaml", "Pulumi.yaml"),
)
_INTRODUCTION = (
    "Resources for ML model services and models in OpenMetadata, model entities of the NVIDIA NeMo "
    "Platform, and registered models and model versions of MLflow, plain or as Oracle AI Data "
    "Platform speaks it. A preview shows what will change at which registry; `pulumi up` does that "
    "and nothing else. What others wrote there is left alone, field by field and key by key."
)
_ELSEWHERE = (
    "[Installation](installation-configuration.md), [configuration](configuration.md), [two that "
    "write at once](at-once.md), [killed runs](killed-runs.md), [OpenMetadata](openmetadata.md)."
)
_NOTE = "<!-- Generated from the field tables by scripts/generate: change the tables instead. -->"


def pages(root: Path) -> dict[str, str]:
    """All pages by their path below ``docs``; ``root`` is where the examples are."""
    made = {f"resources/{_slug(k.table)}.md": _page(k.table, root) for k in KINDS.values()}
    made["configuration.md"] = _configuration()
    made["_index.md"] = _index(root)
    return made


def _index(root: Path) -> str:
    """The front page in the form of Pulumi's registry, with one program in each language."""
    head = (
        "---\ntitle: ML model registries\nmeta_desc: Model registrations in OpenMetadata, NVIDIA "
        "NeMo Platform and MLflow as reviewed code.\nlayout: package\n---"
    )
    parts = [head, _NOTE, _INTRODUCTION]
    for title, language, folder, file in _PROGRAMS:
        text = (root / "examples" / folder / file).read_text(encoding="utf-8").strip()
        parts.append(f"## {title}\n\n[examples/{folder}](../examples/{folder})")
        parts.append(f"```{language}\n{text}\n```")
    links = (
        f"* [{k.table.kind.replace(':', '.')}](resources/{_slug(k.table)}.md): "
        f"{_flat(k.table.__doc__)}"
        for k in KINDS.values()
    )
    parts += ["## Resources", "\n".join(links), _ELSEWHERE]
    return "\n\n".join(parts) + "\n"


def _slug(table: type[Table]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", table.__name__).lower()
    return f"{table.kind.partition(':')[0]}-{words}"


def _page(table: type[Table], root: Path) -> str:
    module, _, name = table.kind.partition(":")
    folder = EXAMPLES[table.kind]
    program = (root / "examples" / folder / "__main__.py").read_text(encoding="utf-8")
    shown = f"[examples/{folder}](../../examples/{folder})"
    parts = [
        f"# {module}.{name}",
        _NOTE,
        f"{_flat(table.__doc__)} Token `{PACKAGE}:{table.kind}`.",
        "## Example",
        f"The program of {shown}:",
        f"```python\n{program.strip()}\n```",
        "## Arguments",
        _arguments(table),
        *_nested(table),
        "## Policies",
        _rows(("policy", "what it does"), ((_name(c), c.doc) for c in tables.policies(table))),
        "## Outputs",
        "All arguments, `registry` (where the object lives), and:",
        _rows(("output", "what it is"), ((_name(c), c.doc) for c in tables.outputs(table))),
        "## Import",
        _import(table),
        "## Look-up",
        _look_up(table),
    ]
    return "\n\n".join(parts) + "\n"


def _arguments(table: type[Table]) -> str:
    columns = (*tables.inputs(table), *tables.short_forms(table))
    head = ("argument", "type", "a change", "left out", "what it is")
    return _rows(
        head, ((_name(c), _type(c, table), _change(c), _left_out(c), _doc(c)) for c in columns)
    )


def _name(column: Column) -> str:
    named = column.owner.named and column.name == "name"  # the logical name stands in
    needed = " (required)" if column.required and not named else ""
    python = "" if column.attr == column.name else f", Python `{column.attr}`"
    return f"`{column.name}`{needed}{python}"


def _doc(column: Column) -> str:
    values = literals(column)
    said = f" One of {', '.join(f'`{v}`' for v in values)}." if values else ""
    secret = " Secret." if "" in column.behaviour.secret else ""
    return f"{column.doc}{said}{secret}"


def _type(column: Column, table: type[Table]) -> str:
    return _spelled(schema_type(column.info.annotation, table.kind.partition(":")[0]))


def _spelled(kind: Mapping[str, Any]) -> str:
    if "oneOf" in kind:
        return " or ".join(_spelled(one) for one in kind["oneOf"])
    if "$ref" in kind:
        last = str(kind["$ref"]).rpartition(":")[2]
        return "any" if last.endswith("Any") else last
    if kind["type"] == "array":
        return f"list of {_spelled(kind['items'])}"
    if kind["type"] == "object":
        return f"map of {_spelled(kind['additionalProperties'])}"
    return str(kind["type"])


def _change(column: Column) -> str:
    behaviour = column.behaviour
    if behaviour.stands_for:
        return f"as `{behaviour.stands_for}`"
    if behaviour.key or behaviour.create_only:
        return "replaces"
    once = "set once, then replaces" if behaviour.set_once else "in place"
    owned = {Shape.MAP: ", by key", Shape.SET: ", by item"}
    return once + owned.get(behaviour.shape, "")


def _left_out(column: Column) -> str:
    """What happens where an argument is no longer declared."""
    behaviour = column.behaviour
    if behaviour.stands_for:
        return ""
    if behaviour.key or behaviour.create_only:
        return "the registry's" if behaviour.computed else "replaces"
    if behaviour.shape is not Shape.VALUE:
        return "own keys go" if behaviour.shape is Shape.MAP else "own items go"
    return "replaces: it cannot be cleared" if behaviour.clear is CANNOT else "cleared"


def _nested(table: type[Table]) -> Iterable[str]:
    for struct in tables.structs(table):
        yield f"### {struct.__name__}"
        yield _flat(struct.__doc__)
        yield _rows(("key", "what it is"), _keys(struct))


def _keys(struct: type[Struct]) -> Iterable[tuple[str, str]]:
    docs = tables.attribute_docs(struct)
    for attr, info in struct.model_fields.items():
        needed = " (required)" if info.is_required() else ""
        yield f"`{info.alias or attr}`{needed}", docs.get(attr, "")


def _import(table: type[Table]) -> str:
    return (
        f"The id is {table.imported_by}. By the plugin: `pulumi import {PACKAGE}:{table.kind} "
        "<logical name> <id>`, and declare what Pulumi prints: the next preview plans nothing."
    )


def _look_up(table: type[Table]) -> str:
    module, _, name = table.kind.partition(":")
    given = ", ".join(f"`{c.name}`" for c in keys_of(table))
    text = f"By the plugin: the function `{PACKAGE}:{module}:get{name}` takes {given}."
    if table.listed_by:
        shared = ", ".join(f"`{each}`" for each in table.listed_by)
        text += f" `{PACKAGE}:{module}:list{name}s` takes {shared} and answers `items`."
    return text


def _configuration() -> str:
    rows = ((f"`{NAMESPACE}:{key.name}`", _environment(key), _key_doc(key)) for key in KEYS)
    table = _rows(("configuration", "environment", "what it is"), rows)
    return "\n\n".join(("# Configuration", _NOTE, table)) + "\n"


def _environment(key: Key) -> str:
    return ", ".join(f"`{name}`" for name in key.environment)


def _key_doc(key: Key) -> str:
    return f"{key.doc} Secret: `pulumi config set --secret`." if key.secret else key.doc


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")
