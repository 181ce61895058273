"""What a run of these tests imports once, as mutation testing forks it a thousand times."""

import deepdiff  # noqa: F401  the core imports it when it first shows a nested change
