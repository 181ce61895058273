"""The pytest plugin, which pytest loads in every run: nothing heavy before the fixture is used."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pulumi_mlregistry.testing.session import Session
    from pulumi_mlregistry.testing.stack import Stack

_PROJECT, _STACK = "mlregistry_project", "mlregistry_stack"
_FIRST, _LATER = "mlregistry_first_seconds", "mlregistry_seconds"
_MARKER = (
    "mlregistry(project=None, stack=None, config=None): the program that the fixture "
    "mlregistry_stack runs, relative to the root folder of the tests, its stack, and values of "
    "configuration before the stack's own"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two settings for a whole suite; the marker's count before them."""
    parser.addini(_PROJECT, "folder of the Pulumi program, relative to the root", default="")
    parser.addini(_STACK, "stack whose configuration tests use (default: dev)", default="dev")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, also under ``--strict-markers``."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(scope="session")
def _mlregistry_session() -> Iterator[Session]:
    """What all tests share, made by the first one: a process that programs are forked from."""
    from pulumi_mlregistry.testing.session import Session

    with Session() as session:
        yield session


@pytest.fixture
def mlregistry_stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """This repository's Pulumi program on registries of its own: see `testing.Stack`."""
    from pulumi_mlregistry.testing.session import Unusable

    started, problem = time.monotonic(), ""
    try:
        session: Session = request.getfixturevalue("_mlregistry_session")
        stack = session.stack(request.path, request.config.rootpath, _asked(request))
    except Unusable as error:
        problem = str(error)
    if problem:  # outside of the except clause, or the report would have it twice
        pytest.fail(problem, pytrace=False)
    yield stack
    session.close_later(stack)
    seconds = round(time.monotonic() - started, 2)
    request.node.user_properties.append((_LATER if session.used else _FIRST, seconds))
    session.used = True


def _asked(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("mlregistry")
    asked = {"project": "", "stack": "", "config": {}, **(marker.kwargs if marker else {})}
    ini = {"project": request.config.getini(_PROJECT), "default": request.config.getini(_STACK)}
    return {**asked, "project": asked["project"] or ini["project"], "default": ini["default"]}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line on what the fixture's tests took; the first one of a process warms it up."""
    every = (report for reports in terminalreporter.stats.values() for report in reports)
    ended = [report for report in every if getattr(report, "when", "") == "teardown"]
    taken = [pair for report in ended for pair in report.user_properties]
    first = [float(seconds) for name, seconds in taken if name == _FIRST]
    later = [float(seconds) for name, seconds in taken if name == _LATER]
    if not first:
        return
    line = f"mlregistry: {len(first) + len(later)} with a program, the first in {max(first)} s"
    if later:
        line += f", the later ones in {statistics.median(later):.2f} s each (median)"
    terminalreporter.write_line(line)
