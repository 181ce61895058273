"""The page in a real browser: what is visible on it, and that it asks nobody for anything."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .previews import both, digest, entity, recorded

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium on PATH: no page was opened")
SECONDS = 60
Browse = Callable[..., str]


class Site:
    """Serves one page to the browser, and remembers all that was asked for."""

    def __init__(self) -> None:
        self.page = ""
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.page.encode() if self.path == "/" else b"")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    """A site for one test."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def browse(site: Site, tmp_path: Path) -> Browse:
    """Opens a page and answers what the browser printed."""

    def run(page: str, *flags: str) -> str:
        site.page = page
        command = [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            f"--user-data-dir={tmp_path / 'profile'}", "--hide-scrollbars", *flags,
            f"http://127.0.0.1:{site.server.server_port}/",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=True, cwd=tmp_path
        )
        return done.stdout

    return run


def test_a_reviewer_sees_all_of_it_and_nothing_is_requested(browse: Browse, site: Site) -> None:
    _, page = both(recorded("plugin"))
    assert not re.search(r"https?://(?!\w+\.example\.com|127\.0\.0\.1)", page)
    seen = browse(page, "--dump-dom")
    for text in (
        "3 conflicts", "model entity default/colleagues", "is taken over by the next up",
        "is not this resource's; up will leave it as it is", "secret, changed", "Tier.Tier2",
        "replaced because", "model version fraud/1 stays in the registry", "by admin",
        "<ins>Sunday</ins>", "<del>Monday</del>",
    ):  # fmt: skip
        assert text in seen
    boxes = re.findall(r'<a href="#object-(\d+)" aria-label="([^"]+)">', seen)
    assert {text for _, text in boxes} >= {
        "ML model service risk-mlflow: update",
        "ML model risk-mlflow.fraud: update",
        "registered model fraud: unchanged",
        "model version fraud/1: replace",
        "model entity default/colleagues: adopt",
    }
    assert all(f'id="object-{number}"' in seen for number, _ in boxes), "each leads to its object"
    assert seen.count('class="edge"') == 2
    assert "<li>ML model service risk-mlflow: update → risk-mlflow.fraud</li>" in seen
    assert site.asked == ["/"]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_it_fits_wide_and_narrow_windows_light_and_dark(
    browse: Browse, tmp_path: Path, width: int, dark: bool
) -> None:
    shot = tmp_path / "page.png"
    flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
    _, page = both(recorded("dynamic"))
    browse(page, f"--screenshot={shot}", f"--window-size={width},2000", *flags)
    data = shot.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">I", data[16:20])[0] >= width
    assert len(data) > 20_000, "there is something to see"


def test_what_came_in_all_the_same_would_neither_run_nor_call_anybody(
    browse: Browse, site: Site
) -> None:
    _, page = both(digest([entity("update", {"description": "a"}, {"description": "b"})]))
    script = "<script>document.body.dataset.ran = 'yes'</script>"
    calls = (
        "<img src=/i><script src=/s></script><iframe src=/f></iframe><style>@import '/c'</style>"
    )
    page = page.replace("</main>", f"{script}{calls}</main>")
    assert 'data-ran="yes"' not in browse(page, "--dump-dom")
    assert site.asked == ["/"]
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert 'data-ran="yes"' in browse(open_page, "--dump-dom"), "the policy is what forbids it"
    assert "/i" in site.asked


def test_a_hostile_text_is_seen_as_it_is(browse: Browse) -> None:
    text = "</script><script>document.title='owned'</script> @team ](javascript:alert(1))"
    _, page = both(digest([entity("update", {"description": "a"}, {"description": text})]))
    seen = browse(page, "--dump-dom")
    assert "<title>Review of a preview</title>" in seen
    assert "&lt;/script&gt;&lt;script&gt;document.title='owned'&lt;/script&gt; @team" in seen
