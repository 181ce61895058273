"""How Hypothesis draws: the same examples every time, or as many new ones as are asked for."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings


def drawn(many: int, *, new: bool, **more: Any) -> settings:
    """Independent of the profile that other tests run with."""
    return settings(
        max_examples=many,
        derandomize=not new,
        database=None,
        deadline=None,
        print_blob=new,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        **more,
    )
