"""Searches of both servers, whose answers are the same but for times."""

from __future__ import annotations

import pytest

from sandbox.mlflow.calls import Same

MODELS, VERSIONS = "registered-models/", "model-versions/"

FILTERS = """
name='MODEL'
name = 'MODEL'
name = "MODEL"
  name='MODEL'
name='MODEL' and tags.grp='MODEL'
name='MODEL' AND tags.`pulumi:urn` = 'u1'
tags.`pulumi:urn`='u1' and tags.grp='MODEL'
tag.grp = 'MODEL'
tags."grp" = 'MODEL'
tags.grp LIKE 'm-%' and name='MODEL'
tags.grp ILIKE 'M-%' and name='MODEL'
tags.grp != 'x' and name LIKE 'MODEL%'
name LIKE 'M-%' and tags.grp='MODEL'
name ILIKE 'M-%' and tags.grp='MODEL'
name != 'MODEL' and tags.grp='MODEL'
name IN ('MODEL','MODEL-2')
name IN ('MODEL')
name IN ()
name NOT IN ('MODEL') and tags.grp='MODEL'
attribute.name='MODEL'
attributes.name='MODEL'
name='MODEL' AND name='MODEL'
foo='x'
NAME='x'
name
name=
name=x
name='x' or name='y'
name='x' and
name='x';name='y'
name > 'x'
tags.grp > 'x'
tags.grp = 5
tags.grp IN ('x')
name = 'it''s'
name = "it's"
""".strip("\n").splitlines()
OF_VERSIONS = """
run_id='run1' and tags.grp='MODEL'
run_id IN ('run1','run2') and tags.grp='MODEL'
source_path='oci://b@n/1' and tags.grp='MODEL'
source_path IN ('x')
version_number=2 and name='MODEL'
version_number > 1 and name='MODEL'
version_number >= '1' and name='MODEL'
version_number = 'x'
version_number=1.5
version_number LIKE '1'
""".strip().splitlines()


def tags_of(model: str, number: int) -> list[dict[str, str]]:
    return [{"key": "grp", "value": model}, {"key": "pulumi:urn", "value": f"u{number}"}]


@pytest.fixture
def filled(same: Same) -> Same:
    """Three models with two versions each."""
    for number, name in enumerate((f"{same.model}-0", f"{same.model}-1", f"{same.model}-2")):
        tags = tags_of(same.model, number)
        same("POST", MODELS + "create", name=name, tags=tags)
        same.create(name=name, source=f"oci://b@n/{number}", run_id=f"run{number}", tags=tags)
        same.create(name=name, tags=tags[:1])
    for key, value in (("grp", same.model), ("pulumi:urn", "u1")):
        same("POST", MODELS + "set-tag", name=same.model, key=key, value=value)
    return same


def test_filters(filled: Same) -> None:
    for text in (*FILTERS, *OF_VERSIONS):
        query = {"filter": text.replace("MODEL", filled.model)}
        order = ["name ASC", "version_number ASC"]
        filled.read(VERSIONS + "search", **query, order_by=order)
        if text in FILTERS:
            filled.read(MODELS + "search", **query, order_by=["name ASC"])


def test_orders(filled: Same) -> None:
    query = {"filter": f"tags.grp='{filled.model}'"}
    for order in (
        ["name DESC"],
        ["version_number DESC"],
        ["version_number"],
        ["last_updated_timestamp DESC"],
        ["creation_timestamp ASC", "name ASC"],
        ["timestamp"],
        ["timestamp DESC"],
        ["name", "name"],
        ["name FOO"],
        ["name ASC, version_number DESC"],
        ["`name` DESC"],
        ["version DESC"],
        ["foo"],
        [""],
    ):
        for kind in (MODELS, VERSIONS):
            if not (kind == MODELS and order in (["version DESC"], [""])):
                filled.read(kind + "search", **query, order_by=order)


def test_pages(filled: Same) -> None:
    query = {"filter": f"tags.grp='{filled.model}'"}
    second = "eyJvZmZzZXQiOiAyfQ=="
    for page in (
        {},
        {"max_results": 2},
        {"max_results": 2, "page_token": second},
        {"max_results": 5, "page_token": second},
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 1001},
        {"max_results": 200_001},
        {"max_results": "x"},
        {"max_results": 1.5},
        {"page_token": "bad"},
        {"page_token": "e30="},
    ):
        filled.read(MODELS + "search", **query, order_by=["name"], **page)
        order = ["name", "version_number"]
        filled.read(VERSIONS + "search", **query, order_by=order, **page)


PROMPT = "tags.`mlflow.prompt.is_prompt`"
OF_PROMPTS = f"""
name='MODEL'
name='MODEL' AND {PROMPT} = 'true'
name='MODEL' AND {PROMPT} = 'TRUE'
name='MODEL' AND {PROMPT} != 'false'
name='MODEL' AND {PROMPT} = 'false'
name='MODEL' AND {PROMPT} != 'true'
name='MODEL' AND {PROMPT} LIKE '%'
name='MODEL' AND tags.grp = 'MODEL'
""".strip().splitlines()


@pytest.mark.parametrize("kind", [MODELS, VERSIONS])
@pytest.mark.parametrize("tagged", [MODELS, VERSIONS, ""])
def test_prompts_are_hidden_from_a_search_that_does_not_ask_for_them(
    same: Same, kind: str, tagged: str
) -> None:
    same("POST", MODELS + "create", name=same.model)
    one = {
        "name": same.model,
        "source": "oci://b@n/1",
        "tags": [{"key": "grp", "value": same.model}],
    }
    for _ in range(2):
        same("POST", VERSIONS + "create", **one)
    number = {"version": "1"} if tagged == VERSIONS else {}
    prompt = {"name": same.model, "key": "mlflow.prompt.is_prompt", "value": "true"}
    if tagged:
        same("POST", tagged + "set-tag", **prompt, **number)
    for text in OF_PROMPTS:
        same.read(kind + "search", filter=text.replace("MODEL", same.model))
