"""A stack of the user's own program, with a state, a configuration and registries of one test."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pulumi_mlregistry.localengine import Diagnostic, Engine, EngineError
from pulumi_mlregistry.localengine import Result as EngineResult
from pulumi_mlregistry.localengine.crypto import Crypter, new_crypter
from pulumi_mlregistry.localengine.project import load_project
from pulumi_mlregistry.localengine.surroundings import Surroundings
from pulumi_mlregistry.localengine.values import Properties, Secret, revealed
from pulumi_mlregistry.testing.configuration import Configuration, environment
from pulumi_mlregistry.testing.registries import Registries
from pulumi_mlregistry.testing.results import Failed, Result

_PASSPHRASE: Final = "of a test"


def crypter_of_tests() -> Crypter:
    """Encrypts what a test's state holds; making one takes as long as the passphrase is dear."""
    return new_crypter(_PASSPHRASE)


class Stack:
    """What the fixture ``mlregistry_stack`` gives.

    The program runs where it is and as it is; configuration, state and registries are the test's.
    A command that fails raises `Failed`, whose ``result`` says how far it came.
    """

    def __init__(
        self,
        project: Path,
        name: str,
        *,
        home: Path,
        config: Mapping[str, Any],
        registries: Registries,
        crypter: Crypter,
    ) -> None:
        self.name = name
        self.config: dict[str, Any] = dict(config)
        """Values before those of Pulumi.<stack>.yaml; a command reads them as it starts."""
        self.registries = registries
        """The sandbox's registries: what a colleague does meanwhile is done by their ``url``."""
        self._root = project
        self._home = home
        self._crypter = crypter
        self._configuration = Configuration(load_project(project), name)
        self._references: dict[str, Properties] = {}

    def preview(self, *, refresh: bool = False) -> Result:
        """What `up` would do; ``refresh`` reads the registries first."""
        __tracebackhide__ = True
        return self._ran(self._engine().preview(refresh=refresh))

    def up(self, *, refresh: bool = False) -> Result:
        """Bring the registries to what the program declares."""
        __tracebackhide__ = True
        return self._ran(self._engine().up(refresh=refresh))

    def refresh(self) -> Result:
        """Read the registries into the state: ``drifted`` and ``gone`` say what others did."""
        __tracebackhide__ = True
        return self._ran(self._engine().refresh())

    def destroy(self) -> Result:
        """Delete what the stack holds."""
        __tracebackhide__ = True
        return self._ran(self._engine().destroy())

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs after the last `up`; secrets read ``[secret]``."""
        return self._engine().outputs()

    def secret_output(self, name: str) -> Any:
        """One output in plain; raises KeyError."""
        return self._engine().outputs(show_secrets=True)[name]

    def reference(
        self, name: str, outputs: Mapping[str, Any], *, secrets: Collection[str] = ()
    ) -> None:
        """Let a StackReference to ``name`` find these outputs, ``secrets`` among them secret.

        ``name`` is as the program says it, or the end of that: ``fraud/staging`` also stands for
        ``acme/fraud/staging``.
        """
        self._references[name] = {
            key: Secret(value) if key in secrets else value for key, value in outputs.items()
        }

    def _engine(self) -> Engine:
        self._configuration.write(
            self._home, self.name, self.config, self._point_own, self._crypter
        )
        return Engine(
            self._root,
            self.name,
            env=environment(_PASSPHRASE),
            surroundings=Surroundings(
                home=self._home,
                outputs_of=self._outputs_of,
                configured=self._point_provider,
                reachable=self.registries.reachable,
            ),
        )

    def _point_own(self, values: Mapping[str, str]) -> dict[str, str]:
        return self.registries.point(values, own=True)

    def _point_provider(self, inputs: Properties) -> Properties:
        texts = {key: str(revealed(value)) for key, value in inputs.items()}
        return {**self.registries.point(texts)}

    def _outputs_of(self, stack: str) -> Properties:
        for name, outputs in self._references.items():
            if stack == name or stack.endswith(f"/{name}"):
                return outputs
        raise EngineError(
            f"the outputs of {stack} are not known in this test: give them by "
            f'mlregistry_stack.reference("{stack}", {{...}})'
        )

    def _ran(self, result: EngineResult) -> Result:
        __tracebackhide__ = True  # a failure is the test's line, not this one
        notes = [Diagnostic("info", text) for text in self._configuration.notes]
        done = Result(replace(result, diagnostics=[*notes, *result.diagnostics]))
        print(f"mlregistry {done.command} ({self.name}):", done, sep="\n")
        if result.exit_code:
            raise Failed(done)
        return done
