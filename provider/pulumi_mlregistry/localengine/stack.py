"""One stack: its project, configuration, secrets and recorded deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pulumi_mlregistry.localengine.crypto import (
    Crypter,
    missing_passphrase,
    new_crypter,
    open_crypter,
    read_passphrase,
)
from pulumi_mlregistry.localengine.errors import EngineError
from pulumi_mlregistry.localengine.project import (
    ConfigValue,
    Project,
    StackFile,
    load_project,
    load_stack_file,
    resolve_config,
)
from pulumi_mlregistry.localengine.state import (
    Deployment,
    document_salt,
    dump_deployment,
    holds_ciphertext,
    load_deployment,
    parse_document,
)
from pulumi_mlregistry.localengine.store import StackStore


class Stack:
    """A stack that was opened for one run; `open` makes it."""

    def __init__(
        self,
        project: Project,
        file: StackFile,
        store: StackStore,
        crypter: Crypter | None,
        document: dict[str, object] | None,
    ) -> None:
        self.project = project
        self.file = file
        self._store = store
        self._crypter = crypter
        self.config: dict[str, ConfigValue] = resolve_config(project, file, self._decrypt)
        self._deployment = load_deployment(document, self._decrypt) if document else Deployment()

    @staticmethod
    def store_of(root: Path, stack: str, home: Path) -> StackStore:
        """Where a stack's file lies; raises `EngineError` outside a program folder."""
        load_project(root)
        load_stack_file(home, stack)
        return StackStore(home, stack)

    @classmethod
    def open(
        cls,
        root: Path,
        stack: str,
        env: Mapping[str, str],
        home: Path,
        *,
        for_writing: bool = False,
    ) -> Stack:
        """Read a stack; raises `EngineError` where it cannot be used.

        ``home`` is the folder of its configuration and state, ``root`` that of the program.
        A run that may write secrets needs the passphrase now: any object may turn out to have a
        secret output, and an object that exists must never go unrecorded.
        """
        project = load_project(root)
        file = load_stack_file(home, stack)
        store = StackStore(home, stack)
        text = store.read()
        document = parse_document(text, str(store.path)) if text else None
        crypter = _crypter(file, document, env, stack, for_writing)
        return cls(project, file, store, crypter, document)

    def deployment(self) -> Deployment:
        """What was recorded when the stack was opened."""
        return self._deployment

    def save(self, snapshot: Callable[[], Deployment]) -> None:
        """Replace the stack's file by what ``snapshot`` gives then; raises `EngineError`."""
        self._store.save(lambda: dump_deployment(snapshot(), self._encrypt, self.file.salt))

    def export(self, *, reveal: bool) -> dict[str, object]:
        """The recorded deployment as a document."""
        return dump_deployment(self._deployment, self._encrypt, self.file.salt, reveal=reveal)

    def encrypt(self, text: str) -> str:
        """Encrypt a configuration value; raises `EngineError` without a passphrase."""
        return self._encrypt(text)

    def decrypt(self, text: str) -> str:
        """What `encrypt` has encrypted; raises `EngineError` without the passphrase."""
        return self._decrypt(text)

    def _encrypt(self, text: str) -> str:
        if self._crypter is None:
            raise missing_passphrase("a secret must be written")
        return self._crypter.encrypt(text)

    def _decrypt(self, text: str) -> str:
        if self._crypter is None:
            raise missing_passphrase("a secret must be read")
        return self._crypter.decrypt(text)


def _crypter(
    file: StackFile,
    document: dict[str, object] | None,
    env: Mapping[str, str],
    stack: str,
    for_writing: bool,
) -> Crypter | None:
    passphrase = read_passphrase(env)
    recorded = document_salt(document) if document else None
    sealed = document is not None and holds_ciphertext(document)
    if passphrase is None:
        if file.holds_secrets():
            raise missing_passphrase(f"the configuration of stack {stack} holds secrets")
        if sealed:
            raise missing_passphrase(f"the state of stack {stack} holds secrets")
        if for_writing:
            raise missing_passphrase(f"stack {stack} may come to hold secrets")
        return None
    if file.salt is None and recorded is not None and sealed:
        file.set_salt(recorded)
    if file.salt is not None and recorded not in (None, file.salt) and sealed:
        raise EngineError(
            f"the state of stack {stack} was encrypted with another encryptionsalt than "
            f"{file.path.name} has: restore that file"
        )
    if file.salt is not None:
        return open_crypter(passphrase, file.salt, file.path.name)
    if not for_writing:
        return None
    crypter = new_crypter(passphrase)
    file.set_salt(crypter.state)
    return crypter
