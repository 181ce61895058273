"""TLS: always verified, by a handshake with a real server."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from pulumi_mlregistry.transport.failures import NoConnection
from pulumi_mlregistry.transport.http import Http
from pulumi_mlregistry.transport.options import Options, unusable


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"{}"
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and it with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registry")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, both = folder / "ca.pem", folder / "server.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    public.write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both.write_bytes(pem + private)
    return public, both


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of an https server that only its own certificate vouches for, and that one."""
    public, both = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}", public
    server.shutdown()
    server.server_close()


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(secure: tuple[str, Path]) -> None:
    url, _ = secure
    with pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"):
        Http(url, options=Options(timeout=5)).call("GET", "/")


def test_a_ca_bundle_adds_an_authority(secure: tuple[str, Path]) -> None:
    url, public = secure
    assert Http(url, options=Options(timeout=5, ca_bundle=str(public))).call("GET", "/").ok


def test_a_certificate_for_another_name_is_refused(secure: tuple[str, Path]) -> None:
    url, public = secure
    other = url.replace("127.0.0.1", "localhost")
    with pytest.raises(NoConnection, match="CERTIFICATE_VERIFY_FAILED"):
        Http(other, options=Options(timeout=5, ca_bundle=str(public))).call("GET", "/")


def test_pem_files_that_cannot_be_used_are_told_why(tmp_path: Path) -> None:
    public, both = _certificate(tmp_path)
    assert unusable(Options(ca_bundle=str(public), client_certificate=str(both))) == ""
    assert unusable(Options(ca_bundle=str(tmp_path / "none.pem"))) == "No such file or directory"
    assert unusable(Options(client_certificate=str(public)))
