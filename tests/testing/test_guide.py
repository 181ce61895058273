"""The guide's program, configuration and tests run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from .conftest import Repository

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "test-your-program.md"
BLOCK = re.compile(r"`([\w./]+)`:\n\n```\w+\n(.*?)```", re.S)


def test_the_guide_works_as_it_is_written(repository: Repository):
    blocks = BLOCK.findall(GUIDE.read_text())
    assert len(blocks) == 3
    for path, text in blocks:
        repository.file(path, text)
    repository.file("deploy/Pulumi.yaml", "name: fraud\nruntime: python\n")
    ran = repository.run()
    ran.assert_outcomes(passed=4)
    (told,) = [line for line in ran.outlines if line.startswith("mlregistry: ")]
    print(told)
