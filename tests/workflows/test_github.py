"""One comment and one issue, kept up to date; a plan only of what was reviewed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / "examples" / "github-actions"
# Answers from files and keeps what it is told; its filters are applied by jq itself.
GH = """#!/bin/sh
echo "$*" >> "$CALLS"
filter=. body=
for word in "$@"; do
  case $last in --jq) filter=$word ;; --body-file) body=$word ;; esac
  case $word in body=@*) body=${word#body=@} ;; esac
  last=$word
done
[ -z "$body" ] || cp "$body" "$CALLS.body"
case "$*" in
  *--jq*) jq -r "$filter" "$ANSWERS/$(echo "$1 $2" | tr -c 'a-z\\n' _).json" ;;
esac
"""


class Hub:
    """GitHub as ``gh`` shows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        self.review = folder / "review.md"
        self.review.write_text("one to create\n")
        self.calls_file = folder / "calls"

    def answers(self, command: str, answer: Any) -> None:
        name = "".join(c if c.isalpha() and c.islower() else "_" for c in command)
        (self.folder / f"{name}.json").write_text(json.dumps(answer))

    def run(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        given = {"CALLS": str(self.calls_file), "ANSWERS": str(self.folder), "PATH": path}
        return subprocess.run(
            [SCRIPTS / script, *arguments],
            env={**given, "REPOSITORY": "acme/fraud", "last": "", **more},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines()

    @property
    def body(self) -> str:
        return Path(f"{self.calls_file}.body").read_text()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    if shutil.which("jq") is None:
        pytest.skip("no jq on PATH: gh, which has one of its own, is stood in for with it")
    return Hub(tmp_path)


COMMENTS = "api repos/acme/fraud/issues/7/comments"


def comment(number: int, author: str, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": author}, "body": body}


def test_a_review_becomes_one_comment_that_later_ones_replace(hub: Hub):
    mark = "<!-- mlregistry preview -->"
    others = [comment(1, "alice", f"{mark} not the bot's"), comment(2, "github-actions[bot]", "hi")]
    hub.answers("api --paginate", others)
    assert hub.run("github-comment.sh", str(hub.review), NUMBER="7").returncode == 0
    assert hub.calls[-1].startswith("api --silent repos/acme/fraud/issues/7/comments --field body")
    assert hub.body == f"{mark}\none to create\n"

    hub.answers("api --paginate", [*others, comment(3, "github-actions[bot]", f"{mark}\nold")])
    hub.review.write_text("x" * 70_000)
    assert hub.run("github-comment.sh", str(hub.review), NUMBER="7").returncode == 0
    assert "--method PATCH repos/acme/fraud/issues/comments/3 " in hub.calls[-1]
    assert 60_000 < len(hub.body) < 65_536
    assert hub.body.endswith('in the artifact "plan".\n')


def test_drift_opens_one_issue_keeps_it_and_closes_it(hub: Hub):
    def nightly(found: str, open_issues: list[dict[str, int]]) -> list[str]:
        hub.answers("issue list", open_issues)
        ran = hub.run("github-issue.sh", str(hub.review), FOUND=found)
        assert ran.returncode == 0, ran.stderr
        return [" ".join(call.split()[:3]) for call in hub.calls[1:]]

    assert nightly("yes", []) == ["label create registry-drift", "issue create --repo"]
    assert nightly("yes", [{"number": 5}]) == ["issue edit 5"]
    assert nightly("no", [{"number": 5}]) == ["issue close 5"]
    assert nightly("no", []) == []


def test_only_the_plan_of_a_merged_pull_request_is_fetched(hub: Hub):
    def fetch(pulls: list[dict[str, Any]], runs: list[dict[str, int]]) -> tuple[int, str]:
        hub.answers("api repos/acme/fraud/commits/c0ffee/pulls", pulls)
        hub.answers("run list", runs)
        ran = hub.run("github-plan.sh", "plan", MERGED="c0ffee")
        return ran.returncode, ran.stderr + hub.calls[-1]

    merged = {"merged_at": "2026-11-14", "head": {"sha": "beef"}}
    code, text = fetch([{"merged_at": None, "head": {"sha": "open"}}, merged], [{"databaseId": 9}])
    assert code == 0
    assert "run download 9 --repo acme/fraud --name plan --dir plan" in text
    assert "--commit beef --status success" in "".join(hub.calls)
    code, text = fetch([merged], [])
    assert code == 1
    assert "no preview of beef succeeded" in text
    code, text = fetch([], [{"databaseId": 9}])
    assert code == 1
    assert "c0ffee came by no pull request" in text
