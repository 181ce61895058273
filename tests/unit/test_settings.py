"""Settings: whose word counts, what an address may be, and where a credential may not go."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_mlregistry.reconcile.errors import Misconfigured
from pulumi_mlregistry.settings.keys import KEYS
from pulumi_mlregistry.settings.settings import Settings


def make(configured: dict[str, str] | None = None, **environment: str) -> Settings:
    named = {f"mlregistry:{key}": value for key, value in (configured or {}).items()}
    return Settings(named, environment)


def test_configuration_wins_over_the_environment() -> None:
    settings = make({"nemoUrl": "https://a"}, NMP_BASE_URL="https://b")
    assert settings.get("nemoUrl") == "https://a"


def test_the_environment_stands_in_and_an_empty_text_counts_as_nothing() -> None:
    assert make({"nemoUrl": ""}, NMP_BASE_URL="https://b").get("nemoUrl") == "https://b"
    assert make(NMP_BASE_URL="").get("nemoUrl") is None


def test_the_first_variable_that_is_set_counts() -> None:
    both = {"MLREGISTRY_ORACLE_REGION": "iad", "OCI_CLI_REGION": "fra"}
    assert make(**both).get("oracleRegion") == "iad"
    assert make(OCI_CLI_REGION="fra").get("oracleRegion") == "fra"


def test_a_missing_key_says_how_to_set_it() -> None:
    with pytest.raises(Misconfigured) as caught:
        make().require("nemoToken")
    assert "pulumi config set --secret mlregistry:nemoToken" in str(caught.value)
    assert "NEMO_TOKEN" in str(caught.value)


@pytest.mark.parametrize("key", [key for key in KEYS if key.choices], ids=lambda key: key.name)
def test_a_choice_outside_the_list_names_the_list(key: object) -> None:
    name, choices = key.name, key.choices  # type: ignore[attr-defined]
    with pytest.raises(Misconfigured) as caught:
        make({name: "perhaps"}).get(name)
    assert all(choice in str(caught.value) for choice in choices)
    assert [make({name: choice}).get(name) for choice in choices] == list(choices)


ADDRESSES = {
    "https://Host.example/": "https://host.example",
    "https://host:443/x/": "https://host/x",
    "http://host:80": "http://host",
    "http://host:8080/a//": "http://host:8080/a",
    "https://me:pw@host/x": "https://host/x",
    " https://host ": "https://host",
    "http://[::1]:5000": "http://[::1]:5000",
}


@pytest.mark.parametrize(("given", "clean"), ADDRESSES.items())
def test_an_address_has_one_spelling_and_no_credentials(given: str, clean: str) -> None:
    assert make({"mlflowUrl": given}).address("mlflowUrl").url == clean


def test_credentials_in_an_address_are_decoded_and_hidden() -> None:
    settings = make({"mlflowUrl": "https://m%40e:p%2Fw%25@host"})
    address = settings.address("mlflowUrl")
    assert (address.username, address.password) == ("m@e", "p/w%")
    assert "p/w" not in repr(address)
    assert {"p/w%", "p%2Fw%25"} <= set(settings.secrets())


@pytest.mark.parametrize(
    "text",
    [
        "host.example", "me:hunter2@host.example", "ftp://me:hunter2@host", "https://", "//host",
        "https://me:hunter2@", "http://me:hunter2@host:port", "http://me:hunter2@[::1", "file:///x",
        "databricks", "https://me:hunter2@host:99999",
    ],
)  # fmt: skip
def test_what_is_no_http_url_is_an_error_without_its_password(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"not an http or https URL") as caught:
        make({"mlflowUrl": text}).address("mlflowUrl")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["https://host?token=hunter2", "https://host/#hunter2"])
def test_an_address_with_a_query_or_fragment_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        make({"nemoUrl": text}).address("nemoUrl")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", ""])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    settings = make({"timeoutSeconds": text, "maxConcurrency": text})
    if text == "":
        assert settings.options().timeout == 60.0
        return
    with pytest.raises(Misconfigured, match=r"not a number above 0"):
        settings.options()


def test_a_fraction_of_a_connection_is_one_connection() -> None:
    assert make({"maxConcurrency": "0.5"}).options().max_connections == 1


def test_an_unreadable_certificate_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for key in ("caBundle", "clientCertificate"):
        for path in (tmp_path / "missing.pem", tmp_path / "no.pem", tmp_path):
            with pytest.raises(Misconfigured, match=rf"mlregistry:{key} is .*cannot be used"):
                make({key: str(path)}).options()


STRAY = {"NMP_BASE_URL": "https://production", "NEMO_TOKEN": "hunter2"}


def test_a_credential_of_the_environment_is_not_sent_to_another_address() -> None:
    with pytest.raises(Misconfigured, match=r"NEMO_TOKEN .*was not sent there") as caught:
        make({"nemoUrl": "https://staging"}, **STRAY).get("nemoToken")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://production/", "https://PRODUCTION:443/path"])
def test_a_credential_of_the_environment_is_sent_to_its_own_address(url: str) -> None:
    assert make({"nemoUrl": url}, **STRAY).get("nemoToken") == "hunter2"
    assert make(**STRAY).get("nemoToken") == "hunter2"
    assert make({"nemoUrl": url}, NEMO_TOKEN="hunter2").get("nemoToken") == "hunter2"


def test_a_configured_credential_wins_and_needs_no_address_of_the_environment() -> None:
    configured = {"nemoUrl": "https://staging", "nemoToken": "ours"}
    assert make(configured, **STRAY).get("nemoToken") == "ours"


def test_moved_from_is_a_list() -> None:
    settings = make({"movedFrom": " https://a/ ,, https://b"})
    assert settings.moved_from() == {"https://a", "https://b"}
    assert make().moved_from() == frozenset()


def test_every_secret_key_is_among_the_secrets() -> None:
    secret = {key.name: f"canary-{key.name}" for key in KEYS if key.secret}
    assert set(make(secret).secrets()) == set(secret.values())
