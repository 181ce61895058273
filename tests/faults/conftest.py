"""The worlds of the laws, on the sandbox alone."""

from laws.conftest import _proxies, world

__all__ = ["_proxies", "world"]
