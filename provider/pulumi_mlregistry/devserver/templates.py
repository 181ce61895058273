"""Empty databases with all migrations done, so that a first start need not wait for them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from pulumi_mlregistry.devserver import environments
from pulumi_mlregistry.devserver.errors import StartError, log_tail

#: The registries' own migrations, by the name of the pinned list; the argument is the file.
_MIGRATIONS = {
    "mlflow": """
import sys
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore
SqlAlchemyStore("sqlite:///" + sys.argv[1])
""",
    "nemo": """
import sys
from nmp.core.entities import initialize
initialize._run_alembic_upgrade(initialize._find_alembic_ini(), "sqlite:///" + sys.argv[1])
""",
}


def provide(packages: str, environment: Path, database: Path) -> None:
    """Copy the migrated database of ``packages`` to ``database``, unless there is one."""
    if database.exists():
        return
    template = environment / "template.db"
    with environments.locked(environment.with_suffix(".lock")):
        if not template.exists():
            _make(packages, environment, template)
    shutil.copyfile(template, database)


def _make(packages: str, environment: Path, template: Path) -> None:
    unfinished = template.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    log = environment / "template.log"
    with log.open("w") as output:
        done = subprocess.run(
            [environments.interpreter(environment), "-I", "-c", _MIGRATIONS[packages], unfinished],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={"PATH": os.defpath, "HOME": str(environment), "MLFLOW_DISABLE_TELEMETRY": "true"},
            check=False,
        )
    if done.returncode != 0:
        raise StartError(
            f"the empty database {template} could not be made: {log_tail(log)}: "
            f"remove {environment} so that it is installed anew"
        )
    unfinished.rename(template)
