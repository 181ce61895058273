#!/bin/sh
# Previews the stack and keeps what a reviewer and apply.sh need, in the folder PLAN:
#   preview.json  the preview        plan.json  the saved plan (Pulumi only)
#   review.md     for the reviewer   engine     which engine it was
# Exit code 1: the preview failed, or plans what FAIL_ON names.
. "$(dirname "$0")/common.sh"

rm -rf "$PLAN"
mkdir -p "$PLAN"
chmod 700 "$PLAN"
folder=$(cd "$PLAN" && pwd)
echo "$engine" > "$folder/engine"

set -- --json
if [ "$engine" = pulumi ]; then
  # Secrets stand in the plan encrypted by the stack's own secrets provider, and in the preview
  # as [secret]: never add --show-secrets here.
  set -- "$@" --save-plan "$folder/plan.json"
fi
if ! run_engine preview "$@" > "$folder/preview.json"; then
  # Its errors, such as a gate that failed, are for the reviewer as well.
  if write_review "$folder/preview.json" "$folder/review.md" 2> /dev/null; then
    cat "$folder/review.md" >&2
  else
    cat "$folder/preview.json" >&2
  fi
  say "error: the preview of $STACK failed"
  exit 1
fi
if ! write_review "$folder/preview.json" "$folder/review.md"; then
  say "error: the preview of $STACK plans what must not be (${FAIL_ON:-nothing is named})"
  exit 1
fi
say "the preview of $STACK is in $PLAN"
