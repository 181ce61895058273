"""TLS: always verified, by a handshake with a real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_mlregistry.transport.failures import NoConnection
from pulumi_mlregistry.transport.http import Http
from pulumi_mlregistry.transport.options import Options, proxy_of, trusted, unusable
from support.proxy import Proxy
from support.tls import certificate, secure_server


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of an https server that only its own certificate vouches for, and that one."""
    with secure_server(tmp_path) as made:
        yield made


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(secure: tuple[str, Path]) -> None:
    url, _ = secure
    with pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED") as caught:
        Http(url, options=Options(timeout=5)).call("GET", "/")
    assert caught.value.reason == "certificate"


def test_a_ca_bundle_adds_an_authority(secure: tuple[str, Path]) -> None:
    url, public = secure
    assert Http(url, options=Options(timeout=5, ca_bundle=str(public))).call("GET", "/").ok


def test_a_certificate_for_another_name_is_refused(secure: tuple[str, Path]) -> None:
    url, public = secure
    other = url.replace("127.0.0.1", "localhost")
    with pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"):
        Http(other, options=Options(timeout=5, ca_bundle=str(public))).call("GET", "/")


def test_pem_files_that_cannot_be_used_are_told_why(tmp_path: Path) -> None:
    public, both = certificate(tmp_path)
    assert unusable(Options(ca_bundle=str(public), client_certificate=str(both))) == ""
    assert unusable(Options(ca_bundle=str(tmp_path / "none.pem"))) == "No such file or directory"
    assert unusable(Options(client_certificate=str(public)))


def test_why_there_is_no_connection_is_told_apart(secure: tuple[str, Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reasons = {}
    for url in ("http://registry.invalid", f"http://127.0.0.1:{port}"):
        with pytest.raises(NoConnection) as caught:
            Http(url, options=Options(timeout=5)).call("GET", "/")
        reasons[url.rpartition(":")[0]] = caught.value.reason
    assert reasons == {"http": "name", "http://127.0.0.1": "refused"}


def test_an_https_address_of_a_plain_server_is_told_as_that() -> None:
    with Proxy("http://127.0.0.1:9") as plain, pytest.raises(NoConnection) as caught:
        Http(plain.url.replace("http:", "https:"), options=Options(timeout=5)).call("GET", "/")
    assert caught.value.reason == "tls"


def test_who_vouches_is_told(secure: tuple[str, Path]) -> None:
    assert trusted(Options(ca_bundle="/etc/ours.pem")) == "the authorities in /etc/ours.pem"
    assert "system's" in trusted(Options())


def test_the_proxy_before_a_url_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://user:canary@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert proxy_of("https://registry.example") == "proxy.example:3128"
    assert proxy_of("https://127.0.0.1:8585") == ""
