"""``python -m pip --version`` and ``python -m pip list --format json``."""

from __future__ import annotations

import json
import sys
from importlib import metadata

if sys.argv[1:] == ["--version"]:
    print(f"pip {metadata.version('pip')} from {__file__} (python {sys.version.split()[0]})")
elif sys.argv[1:] == ["list", "--format", "json"]:
    found = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    print(
        json.dumps(
            [{"name": name, "version": found[name]} for name in sorted(found, key=str.lower)]
        )
    )
else:
    sys.exit(f"pip is not run in tests: {' '.join(sys.argv[1:])}")
