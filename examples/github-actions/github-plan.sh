#!/bin/sh
# Fetches the plan that was reviewed with what was merged: github-plan.sh FOLDER
# Needs gh, GH_TOKEN, REPOSITORY (owner/name) and MERGED (the commit on the branch).
set -eu

filter='[.[] | select(.merged_at != null)][0].head.sha // empty'
head=$(gh api "repos/$REPOSITORY/commits/$MERGED/pulls" --jq "$filter")
if [ -z "$head" ]; then
  echo "error: $MERGED came by no pull request: nothing was reviewed, and nothing is applied" >&2
  exit 1
fi
run=$(gh run list --repo "$REPOSITORY" --workflow preview.yml --event pull_request \
  --commit "$head" --status success --limit 1 --json databaseId --jq '.[0].databaseId // empty')
if [ -z "$run" ]; then
  echo "error: no preview of $head succeeded: run it again, have it reviewed, run this again" >&2
  exit 1
fi
gh run download "$run" --repo "$REPOSITORY" --name plan --dir "$1"
echo "the plan of $head, from run $run" >&2
