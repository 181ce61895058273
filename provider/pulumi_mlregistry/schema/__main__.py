"""Write the generated Python modules into the package: ``python -m pulumi_mlregistry.schema``."""

from __future__ import annotations

from pathlib import Path

from pulumi_mlregistry.schema.classes import modules

for _name, _text in modules().items():
    (Path(__file__).parent.parent / _name).write_text(_text, encoding="utf-8")
