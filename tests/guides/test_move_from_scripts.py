"""From a script's objects to a program's: taken over where equal, others' tags untouched."""

from __future__ import annotations

import httpx

from .conftest import blocks, write, writes


def test_what_a_script_put_is_taken_over_and_others_keep_their_tag(new_stack, registries):
    (program,) = blocks("move-from-scripts-that-put", "python")
    server = registries.servers["openmetadata"]
    script = httpx.Client(base_url=f"{server.url}/api/v1")
    script.headers["authorization"] = f"Bearer {server.tokens['bob']}"
    service = {"name": "risk", "serviceType": "Mlflow"}
    script.post("/services/mlmodelServices", json=service).raise_for_status()
    model = {"name": "fraud", "service": "risk", "description": "Scores payments"}
    tagged = [{"tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual",
               "state": "Confirmed"}]  # fmt: skip
    script.put(
        "/mlmodels", json={**model, "algorithm": "mlmodel", "tags": tagged}
    ).raise_for_status()
    writes(registries)

    stack = write(new_stack(), program.replace("Scores payments", "Something else"))
    differs = stack.up(check=False)
    assert differs.code == 1
    assert "description" in differs.text
    assert {status for _, status in writes(registries)} == {409}

    preview = write(stack, program).preview().text
    assert "is taken over by the next up (changes: nothing)" in preview
    stack.up()
    assert {status for _, status in writes(registries)} == {409}
    assert stack.plans_nothing()
    write(stack, program.replace('"adopt_if_equal"', "None")).up()
    assert writes(registries) == []
    stack.destroy()
    left = script.get("/mlmodels/name/risk.fraud", params={"fields": "tags"}).json()
    assert [tag["tagFQN"] for tag in left["tags"]] == ["PII.Sensitive"]
