"""Every test of the dev server's front, on the sandbox's."""

from devserver.test_front import *  # noqa: F403
