#!/bin/sh
# Compares the registries with the program: refreshes in a preview, changes nothing.
# Keeps preview.json and review.md in the folder PLAN.
# Exit code 0: as declared; 2: drift; 1: it could not be told.
. "$(dirname "$0")/common.sh"

rm -rf "$PLAN"
mkdir -p "$PLAN"
chmod 700 "$PLAN"

code=0
run_engine preview --refresh --expect-no-changes --json > "$PLAN/preview.json" || code=$?
if [ "$code" -eq 0 ]; then
  say "$STACK is as declared"
  exit 0
fi
# Both a failure and drift end the preview like this; only drift has steps.
if ! preview_json changes "$PLAN/preview.json"; then
  say "error: whether $STACK has drifted could not be told"
  exit 1
fi
FAIL_ON=''
write_review "$PLAN/preview.json" "$PLAN/review.md"
say "$STACK has drifted"
exit 2
