"""What a review cannot be made of."""

from __future__ import annotations


class NotAPreviewError(Exception):
    """The input is no preview; ``str()`` is one line that says what was expected."""
