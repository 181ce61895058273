"""Makes the shared fixtures known to all tests."""

import gc
import signal

import pytest
from hypothesis import settings

pytest_plugins = ["support.plugin", "support.sandboxes", "pytester"]

settings.register_profile("calm", deadline=None)  # a busy machine is no failure
settings.load_profile("calm")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A run in the background ignores Ctrl-C, and so would the commands that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of collected tests stay to the end: looking through them again finds no garbage."""
    gc.collect()
    gc.freeze()
