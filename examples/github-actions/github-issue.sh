#!/bin/sh
# Keeps one issue while there is drift: github-issue.sh REVIEW
# Needs gh, GH_TOKEN, REPOSITORY (owner/name) and FOUND (yes or no).
set -eu

label=registry-drift
title='The registries differ from the program'
known=$(gh issue list --repo "$REPOSITORY" --label "$label" --state open --limit 1 \
  --json number --jq '.[0].number // empty')

if [ "$FOUND" != yes ]; then
  if [ -n "$known" ]; then
    gh issue close "$known" --repo "$REPOSITORY" --comment 'The registries are as declared again.'
  fi
  exit 0
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
head -c 60000 "$1" > "$body" # GitHub takes 65536 characters
if [ -n "$known" ]; then
  gh issue edit "$known" --repo "$REPOSITORY" --body-file "$body"
else
  gh label create "$label" --repo "$REPOSITORY" --force --description 'Kept by drift.yml'
  gh issue create --repo "$REPOSITORY" --title "$title" --label "$label" --body-file "$body"
fi
