"""What Pulumi's own engine printed: by both doors, as a digest and as events."""

from __future__ import annotations

import re

import pytest

from .previews import both, recorded, review
from .scene import SECRETS, documents

RECORDED = ("dynamic", "plugin", "plugin-events")
_TIMES = re.compile(r"\d{4}-\d\d-\d\dT[^ );]*")


def _timeless(markdown: str) -> str:
    """Without times, and without the order in which registries were told."""
    body, _, foot = _TIMES.sub("T", markdown.replace("&#58;", ":")).rpartition("Stack ")
    return body + " ".join(sorted(foot.split(" · ")))


def test_both_doors_and_both_forms_read_alike() -> None:
    texts = {_timeless(both(recorded(name))[0]) for name in RECORDED}
    assert len(texts) == 1


@pytest.mark.parametrize("name", RECORDED)
def test_the_first_line_counts_what_happens(name: str) -> None:
    first = both(recorded(name))[0].splitlines()[0]
    assert first == (
        "**1 to create · 1 to adopt · 3 to update · 1 to replace · 1 to delete · 3 conflicts · "
        "1 unchanged**"
    )


@pytest.mark.parametrize("name", RECORDED)
def test_each_object_says_what_happens_to_it_and_why(name: str) -> None:
    items = {item.logical: item for item in review(recorded(name)).items}
    assert items["version"].why == [
        "source: cannot be changed after creation: the registry takes it at creation only"
    ]
    assert items["version"].lost == "model version fraud/1 stays in the registry"
    assert items["taken"].adoption[0].startswith("it exists already (last changed ")
    assert "is not this resource's; up will leave it as it is" in items["met"].conflicts[0]
    assert re.match(r"algorithm: .* \(last changed 20\S+ by admin\)", items["fraud"].conflicts[0])
    assert items["fraud"].drift == [], "said once, as a conflict"
    assert (
        "deleted for good; up refuses to while that takes along its versions" in items["old"].lost
    )
    assert items["registered"].silent


@pytest.mark.parametrize("name", RECORDED)
def test_keyed_lists_differ_by_key_and_long_texts_by_word(name: str) -> None:
    markdown, page = both(recorded(name))
    assert "| `Tier.Tier2` | — | *set* |\n| `Tier.Tier1` | *set* | — |" in markdown
    assert "| <code>depth · value</code> | `6` | `8` |" in markdown
    assert "| `team` | `risk` | `payments` |" in markdown
    assert "Retrained every <del>Monday</del><ins>Sunday</ins> on" in markdown
    assert "Retrained every <del>Monday</del> on" in page
    assert "Retrained every <ins>Sunday</ins> on" in page
    assert "country" not in markdown, "an unchanged feature is not repeated"


@pytest.mark.parametrize("name", RECORDED)
def test_a_secret_is_only_said_to_change(name: str) -> None:
    for text in both(recorded(name)):
        assert "secret, changed" in text
        assert not any(secret in text for secret in SECRETS)
        assert "connection.config.trackingUri" in text
        assert "apiEndpoint.apiKey" in text
        assert "registryUri" not in text, "this one does not change"


def test_the_recordings_are_of_no_machine() -> None:
    for name in RECORDED:
        assert documents(recorded(name))
        assert "127.0.0.1" not in recorded(name)
