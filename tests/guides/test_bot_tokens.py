"""A bot's token: what it may write, what it may not, and what the doctor says before."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from unittest import mock

from pulumi_mlregistry.cli import main

from .conftest import blocks, write


def test_a_bots_token_does_what_the_guide_says_and_no_more(new_stack, registries):
    guide = "bot-tokens-on-openmetadata"
    (program,) = blocks(guide, "python")
    shown, refusal = blocks(guide, "text")
    (command,) = blocks(guide, "shell")
    stack = write(new_stack(user="ingestion-bot"), program)
    arguments = shlex.split(command)[1:]
    said = _doctor(stack, arguments)
    for expected in shown.splitlines():
        assert " ".join(expected.split()) in said

    stack.up()
    write(stack, program.replace("Scores payments", "Scores card payments")).up()
    named = program.replace("description=", 'display_name="Fraud", description=')
    refused = write(stack, named).up(check=False)
    assert refused.code == 1
    assert refusal.strip() in refused.text
    assert "the token is a bot's, and policies for bots keep some fields from them" in refused.text
    stack.environment["OPENMETADATA_TOKEN"] = registries.servers["openmetadata"].tokens["alice"]
    stack.up()
    assert stack.resources()["fraud"]["displayName"] == "Fraud"


def _doctor(stack, line: list[str]) -> str:
    seen = io.StringIO()
    with (
        mock.patch.dict(os.environ, stack.environment, clear=True),
        contextlib.redirect_stdout(seen),
    ):
        assert main(line) == 0
    return " ".join(seen.getvalue().split())
