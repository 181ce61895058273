"""Where a version may come from. There are no runs and no logged models in the sandbox."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import ParseResult, unquote, unquote_plus, urlparse, urlsplit

from pulumi_mlregistry.sandbox.mlflow.errors import internal, invalid

_HOSTS = ("ftp", "sftp", "hdfs", "viewfs", "http", "https", "r2", "b2", "abfss")
_PROXY = ("api", "2.0", "mlflow-artifacts", "artifacts")


@dataclass(frozen=True)
class ModelUri:
    """A ``models:/`` URI: of a logged model, or of a version by number, stage, alias or latest."""

    logged: str | None = None
    name: str = ""
    version: str | None = None
    stage: str | None = None
    alias: str | None = None


def check_host(source: str) -> None:
    """Refuse a source for which the server would connect to a host that the caller names."""
    scheme = urlparse(source).scheme
    proxied = scheme == "mlflow-artifacts" and bool(urlparse(source).netloc)
    if scheme in _HOSTS or proxied:
        raise invalid(
            f"'source' cannot use the '{scheme}' scheme: the '{scheme}' scheme addresses a host "
            "other than the tracking server's configured artifact storage, so the server would "
            "connect to the host named in the URI. Set the "
            "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to "
            "allow it."
        )


def model_uri(source: str) -> ModelUri | None:
    """What a ``models:/`` source says; None for one of another scheme."""
    parsed = urlparse(source)
    if parsed.scheme != "models":
        return None
    if parsed.netloc:
        raise invalid(
            f"Invalid model version source: '{source}'. Registered model sources must use the "
            "active model registry."
        )
    return _model_uri(source, urlparse(source, allow_fragments=False).path)


def _model_uri(source: str, path: str) -> ModelUri:
    parts = path.lstrip("/").split("/")
    improper = len(path) <= 1 or not path.startswith("/") or len(parts) > 2
    if improper or any(part.strip() == "" for part in parts):
        _not_identified(source, "model_id")
    if len(parts) == 2:
        name, suffix = parts
        if suffix.isdigit():
            return ModelUri(name=name, version=suffix)
        return ModelUri(name=name, stage=None if suffix.lower() == "latest" else suffix)
    if "@" not in path:
        return ModelUri(logged=parts[0])
    name, alias = parts[0].rsplit("@", 1)
    if alias.strip() == "":
        _not_identified(source, "model_id")
    return ModelUri(name=name, alias=alias)


def check(source: str, run_id: str, model_id: str) -> None:
    """Refuse a source that is local, relative, or of a run or model that is not named with it."""
    given, by = (model_id, "model_id") if model_id else (run_id, "run_id")
    if _is_local(source):
        if given:
            _not_identified(source, by)
        raise invalid(
            f"Invalid model version source: '{source}'. To use a local path as a model version "
            f"source, the {by} request parameter has to be specified and the local path has to be "
            f"contained within the artifact directory of the run specified by the {by}."
        )
    _absolute(source)
    parsed = urlparse(source)
    if parsed.scheme == "runs":
        _check_run(source, parsed, run_id, by)
    elif parsed.scheme == "models":
        found = model_uri(source)
        if found and found.logged is not None and found.logged != model_id:
            _not_identified(source, "model_id")
    elif _is_proxied(source):
        _not_identified(source, by)


def _check_run(source: str, parsed: ParseResult, run_id: str, by: str) -> None:
    if by == "model_id" or parsed.netloc:
        _not_identified(source, by)
    path = parsed.path
    if not path.startswith("/") or path[1:].split("/")[0] == "":
        raise internal(
            f"Not a proper runs:/ URI: {source}. Runs URIs must be of the form "
            "'runs:/<run_id>/run-relative/path/to/artifact'"
        )
    if path[1:].split("/")[0] != run_id:
        _not_identified(source, "run_id")


def _is_local(source: str) -> bool:
    parsed = urlparse(source)
    if parsed.scheme not in ("", "file"):
        return False
    host = parsed.hostname
    if parsed.scheme and host and host != "." and not host.startswith(("localhost", "127.0.0.1")):
        raise internal(
            f"{source} is not a valid remote uri. For remote access on windows, please consider "
            "using a different scheme such as SMB (e.g. smb://<hostname>/<path>)."
        )
    return True


def _absolute(source: str) -> None:
    text = source
    while (unquoted := unquote_plus(text)) != text:
        text = unquoted
    path = re.sub(r"/+", "/", urlparse(text).path.rstrip("/"))
    relative = "\x00" in path or ".." in text.split("/")
    if relative or pathlib.Path(path).resolve().as_posix() != path:
        raise invalid(
            f"Invalid model version source: '{source}'. If supplying a source as an http, https, "
            "local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be "
            "provided without relative path references present. Please provide an absolute path."
        )


def _is_proxied(source: str) -> bool:
    parts = [unquote(part) for part in urlsplit(source).path.split("/") if part]
    scheme = urlsplit(source).scheme.lower()
    return scheme == "mlflow-artifacts" or (
        scheme in ("http", "https")
        and any(tuple(parts[i : i + 4]) == _PROXY for i in range(len(parts)))
    )


def _not_identified(source: str, by: str) -> NoReturn:
    raise invalid(
        f"Invalid model version source: '{source}'. The {by} request parameter must identify the "
        "resource that contains the source."
    )
