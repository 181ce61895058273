#!/bin/sh
# Applies what was reviewed, the folder PLAN of preview.sh, and nothing else.
# Exit code 1: it is not there any more as it was reviewed, or the update failed.
. "$(dirname "$0")/common.sh"

if [ ! -f "$PLAN/preview.json" ]; then
  say "error: no reviewed preview in $PLAN: run preview.sh and have it reviewed"
  exit 1
fi
reviewed_by=$(cat "$PLAN/engine")
if [ "$reviewed_by" != "$engine" ]; then
  say "error: $PLAN is a preview of $reviewed_by, and $engine is what is here: use the same one"
  exit 1
fi
folder=$(cd "$PLAN" && pwd)

if [ "$engine" = pulumi ]; then
  # Pulumi stops at the first operation that the plan does not hold.
  run_engine up --plan "$folder/plan.json" --skip-preview --yes
  exit
fi

# The local engine has no saved plans: it applies only where a preview is what was reviewed.
# Another value of a secret is not seen by that, and nothing keeps the registries as they are
# between the two: what others changed meanwhile is a conflict, which the update finds.
now=$(mktemp)
trap 'rm -f "$now"' EXIT
run_engine preview --json > "$now"
if ! preview_json same "$folder/preview.json" "$now"; then
  say "error: a preview of $STACK is not any more what was reviewed: review it again"
  preview_json list "$now" >&2
  exit 1
fi
run_engine up --yes
