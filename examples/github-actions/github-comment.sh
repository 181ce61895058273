#!/bin/sh
# Puts a review into a pull request's one comment: github-comment.sh REVIEW
# Needs gh, GH_TOKEN, REPOSITORY (owner/name) and NUMBER (of the pull request).
set -eu

mark='<!-- mlregistry preview -->'
most=60000 # GitHub takes 65536 characters
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  echo "$mark"
  head -c "$most" "$1"
  if [ "$(wc -c < "$1")" -gt "$most" ]; then
    printf '\n\nThe review is longer than a comment: the rest is in the artifact "plan".\n'
  fi
} > "$body"

# Only the bot's own comment: anybody may write one that begins like it.
own="[.[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$mark\")))]"
known=$(gh api --paginate "repos/$REPOSITORY/issues/$NUMBER/comments" --jq "$own | .[].id" | head -n 1)
if [ -n "$known" ]; then
  gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$known" --field "body=@$body"
else
  gh api --silent "repos/$REPOSITORY/issues/$NUMBER/comments" --field "body=@$body"
fi
