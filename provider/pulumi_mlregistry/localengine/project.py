"""A program folder: Pulumi.yaml, Pulumi.<stack>.yaml and the configuration they give."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pulumi_mlregistry.localengine.errors import EngineError, Refused
from pulumi_mlregistry.localengine.values import Properties, Secret, compact_json

_STACK_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
Decrypt = Callable[[str], str]


@dataclass(frozen=True)
class ConfigValue:
    """One configuration value in plain text, and whether it must stay secret."""

    text: str
    secret: bool = False


@dataclass
class Project:
    """What Pulumi.yaml says."""

    root: Path
    name: str
    program: Path
    """Where the program runs: the folder, or a file to run in the folder above it."""
    python: str
    refresh_always: bool = False
    declared_config: dict[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def workdir(self) -> Path:
        """The working directory of the program and of the provider hosts."""
        return self.program if self.program.is_dir() else self.program.parent


def load_project(root: Path) -> Project:
    """Read Pulumi.yaml in ``root``; raises `EngineError`, and `Refused` for another runtime."""
    path, name, data = read_project(root)
    runtime, options = _runtime(data.get("runtime"), path)
    if runtime != "python":
        raise Refused(f"runtime {runtime} in {path} is not supported: only python programs are run")
    for key in ("stackConfigDir", "plugins"):
        if data.get(key):
            raise Refused(f"`{key}` in {path} is not supported by the local engine")
    program = root / str(data.get("main") or ".")
    if not program.exists():
        raise EngineError(f"`main` in {path} names {program}, which does not exist")
    engine_options = mapping(data.get("options"))
    config = {qualified(str(k), name): v for k, v in mapping(data.get("config")).items()}
    project = Project(
        root=root,
        name=name,
        program=program.resolve(),
        python=_interpreter(root, options),
        refresh_always=engine_options.get("refresh") == "always",
        declared_config=config,
    )
    if options.get("typechecker"):
        project.warnings.append("the type checker named in Pulumi.yaml is not run")
    return project


def read_project(root: Path) -> tuple[Path, str, dict[str, object]]:
    """Pulumi.yaml in ``root``, the project's name and all that the file says, of any runtime."""
    path = next((p for n in ("Pulumi.yaml", "Pulumi.yml") if (p := root / n).is_file()), None)
    if path is None:
        raise EngineError(f"no Pulumi.yaml in {root}: run in a program folder, or name it with -C")
    data = read_yaml(path)
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{path} has no project name: add a line `name: <project>`")
    return path, name, data


def _runtime(value: object, path: Path) -> tuple[str, dict[str, object]]:
    if isinstance(value, str):
        return value, {}
    if isinstance(value, dict):
        return str(value.get("name")), mapping(value.get("options"))
    raise EngineError(f"{path} names no runtime: add a line `runtime: python`")


def _interpreter(root: Path, options: Mapping[str, object]) -> str:
    toolchain = options.get("toolchain")
    virtualenv = options.get("virtualenv") or (".venv" if toolchain == "uv" else None)
    if toolchain == "poetry" and not virtualenv:
        raise Refused("toolchain poetry is not supported: name the folder by the virtualenv option")
    if virtualenv:
        folder = root / str(virtualenv)
        for candidate in (folder / "bin" / "python", folder / "Scripts" / "python.exe"):
            if candidate.exists():
                ours = folder.resolve() == Path(sys.prefix).resolve()
                return sys.executable if ours else str(candidate)
    return sys.executable


@dataclass
class StackFile:
    """What Pulumi.<stack>.yaml says, and the file itself."""

    path: Path
    data: dict[str, object]

    @property
    def salt(self) -> str | None:
        """The ``encryptionsalt``, or None while there is none."""
        value = self.data.get("encryptionsalt")
        return value if isinstance(value, str) and value else None

    def holds_secrets(self) -> bool:
        """Whether any configuration value is encrypted."""
        return any(_is_secure(value) for value in mapping(self.data.get("config")).values())

    def set_salt(self, salt: str) -> None:
        """Add the salt to the file; its other lines, comments too, stay as they are."""
        text = self.path.read_text() if self.path.exists() else ""
        write_atomically(self.path, f"encryptionsalt: {salt}\n{text}")
        self.data["encryptionsalt"] = salt

    def set_config(self, key: str, value: object) -> None:
        """Set one configuration value and write the file (comments in it are lost)."""
        config = mapping(self.data.get("config"))
        config[key] = value
        self.data["config"] = config
        write_atomically(self.path, yaml.safe_dump(self.data, sort_keys=False, allow_unicode=True))


def load_stack_file(folder: Path, stack: str) -> StackFile:
    """Read Pulumi.<stack>.yaml (which may be absent); raises `EngineError` or `Refused`."""
    path = folder / stack_file_name(stack)
    data = read_yaml(path) if path.exists() else {}
    provider = data.get("secretsprovider")
    if data.get("encryptedkey") or provider not in (None, "", "passphrase", "default"):
        raise Refused(
            f"the secrets provider of {path} is not supported: only passphrase secrets are"
        )
    if data.get("environment"):
        raise Refused(f"`environment` (Pulumi ESC) in {path} is not supported by the local engine")
    return StackFile(path, data)


def stack_file_name(stack: str) -> str:
    """The name of a stack's file; raises `EngineError` where the stack can have no such name."""
    if not _STACK_NAME.fullmatch(stack):
        raise EngineError(
            f"stack name {stack!r} is not valid: use letters, digits, `-`, `_` and `.` only"
        )
    return f"Pulumi.{stack}.yaml"


def resolve_config(project: Project, stack: StackFile, decrypt: Decrypt) -> dict[str, ConfigValue]:
    """The stack's whole configuration by ``namespace:key``, in plain text.

    Raises `EngineError` when a key that Pulumi.yaml declares without a default is not set.
    """
    result = {
        qualified(str(key), project.name): config_value(value, decrypt)
        for key, value in mapping(stack.data.get("config")).items()
    }
    for key, declared in project.declared_config.items():
        if key in result:
            continue
        default = declared_default(declared)
        if default is not None:
            result[key] = config_value(default, decrypt)
        elif isinstance(declared, dict):
            raise EngineError(
                f"configuration {key} is declared in Pulumi.yaml and not set in {stack.path.name}: "
                f"mlregistry config set {key} VALUE"
            )
    return result


def provider_inputs(config: Mapping[str, ConfigValue]) -> Properties:
    """The configuration as inputs of the default provider resource."""
    return {k: Secret(v.text) if v.secret else v.text for k, v in sorted(config.items())}


def qualified_key(key: str, project: Project) -> str:
    """The full name of a configuration key: ``project:key`` unless it has a namespace."""
    return qualified(key, project.name)


def write_atomically(path: Path, text: str, mode: int | None = None) -> None:
    """Replace a file as a whole: temporary file, fsync, rename; ``mode`` is set before the rename.

    Raises `EngineError` where the folder cannot be written.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if mode is None:
                mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise EngineError(f"{path} cannot be written: {error.strerror or error}") from None


def read_yaml(path: Path) -> dict[str, object]:
    """A YAML file's mapping, empty for an empty file; raises `EngineError`."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where is not None else ""
        raise EngineError(f"{path} cannot be read as YAML{line}: correct it") from None
    if data is not None and not isinstance(data, dict):
        raise EngineError(f"{path} is not a YAML mapping: correct it")
    return dict(data or {})


def declared_default(declared: object) -> object:
    """The value that Pulumi.yaml gives a key, or None."""
    if isinstance(declared, dict):
        return declared.get("value", declared.get("default"))
    return declared


def config_value(value: object, decrypt: Decrypt) -> ConfigValue:
    """One value of a configuration file in plain text."""
    if isinstance(value, dict) and value.keys() == {"secure"}:
        return ConfigValue(decrypt(str(value["secure"])), secret=True)
    if isinstance(value, (dict, list)):
        return ConfigValue(compact_json(_opened(value, decrypt)), secret=_is_secure(value))
    if isinstance(value, bool):
        return ConfigValue("true" if value else "false")
    return ConfigValue("" if value is None else str(value))


def _opened(value: object, decrypt: Decrypt) -> object:
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            return decrypt(str(value["secure"]))
        return {str(key): _opened(item, decrypt) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item, decrypt) for item in value]
    return value


def _is_secure(value: object) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"secure"} or any(_is_secure(item) for item in value.values())
    return isinstance(value, list) and any(_is_secure(item) for item in value)


def qualified(key: str, project: str) -> str:
    """A key with its namespace, which is the project's where it has none."""
    if ":" not in key:
        return f"{project}:{key}"
    namespace, _, name = key.partition(":")
    # Old files write `namespace:config:key`.
    return f"{namespace}:{name.removeprefix('config:')}"


def mapping(value: object) -> dict[str, object]:
    """A mapping of YAML; empty for anything else."""
    return dict(value) if isinstance(value, dict) else {}
