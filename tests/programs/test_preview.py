"""What a preview tells of objects that exist already, on both engines."""

from __future__ import annotations

import httpx

from support.proxy import Proxy

MODELS = "/apis/models/v2/workspaces/default/models"


def test_a_preview_warns_of_an_existing_object_and_up_spends_no_request_on_it(
    new_stack, nemobox_server, unique
):
    nemo = Proxy(nemobox_server.url)
    body = {"name": unique, "description": "a colleague"}
    httpx.post(f"{nemo.target}{MODELS}", json=body).raise_for_status()
    stack = new_stack(NMP_BASE_URL=nemo.url)
    stack.program(f'nemo.ModelEntity("it", name="{unique}", description="ours")')
    seen = stack.preview()
    assert f"default/{unique}: it exists already" in seen.text
    assert seen.counts["created"] >= 1, "a warning, not a failure"
    assert "__preview" not in seen.text

    stack.program(
        f'nemo.ModelEntity("it", name="{unique}", description="ours", on_conflict="adopt")'
    )
    assert "is taken over by the next up" in stack.preview().text
    nemo.clear()
    stack.up()
    assert nemo.requests[0].method == "POST", "looked for by the preview alone"
    assert "__preview" not in str(stack.state())
    assert "exists already" not in stack.preview().text
    stack.destroy()
    nemo.close()
    httpx.delete(f"{nemo.target}{MODELS}/{unique}").raise_for_status()
