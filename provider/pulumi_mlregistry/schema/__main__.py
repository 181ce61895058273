"""Write what the field tables determine into a checkout: ``python -m pulumi_mlregistry.schema``."""

from __future__ import annotations

from pathlib import Path

from pulumi_mlregistry.schema.classes import modules
from pulumi_mlregistry.schema.pages import pages

_PACKAGE = Path(__file__).parent.parent
_ROOT = _PACKAGE.parent.parent

for _name, _text in modules().items():
    (_PACKAGE / _name).write_text(_text, encoding="utf-8")
for _name, _text in pages(_ROOT).items():
    _file = _ROOT / "docs" / _name
    _file.parent.mkdir(parents=True, exist_ok=True)
    _file.write_text(_text, encoding="utf-8")
