# shellcheck shell=sh
# Sourced by the scripts beside it. They read:
#   PROJECT  the folder with Pulumi.yaml (default: here)
#   STACK    the stack (default: dev)
#   PLAN     the folder for what a preview finds (default: ./plan)
#   FAIL_ON  what fails a preview: some of gate, conflict, replace, delete (default: nothing)
# and what the engine needs: PULUMI_CONFIG_PASSPHRASE or PULUMI_ACCESS_TOKEN, PULUMI_BACKEND_URL.
set -eu

PROJECT=${PROJECT:-.}
STACK=${STACK:-dev}
PLAN=${PLAN:-plan}
FAIL_ON=${FAIL_ON:-}

if command -v pulumi > /dev/null 2>&1; then
  engine=pulumi
elif command -v mlregistry > /dev/null 2>&1; then
  engine=mlregistry # the local engine: no saved plans
else
  echo "error: neither pulumi nor mlregistry is on PATH: install one of them" >&2
  exit 1
fi

say() {
  echo "$*" >&2
}

# One command of the engine on the stack.
run_engine() {
  command=$1
  shift
  if [ "$engine" = pulumi ]; then
    pulumi "$command" --cwd "$PROJECT" --stack "$STACK" --non-interactive --color never "$@"
  else
    mlregistry "$command" --cwd "$PROJECT" --stack "$STACK" "$@"
  fi
}

# What a preview's JSON says, by Python, which the program needs anyway:
#   changes FILE        exit code 0 where it plans something, 1 where nothing, 2 where it is none
#   same FILE OTHER     exit code 0 where both plan the same
#   list FILE           a Markdown list of what is planned
preview_json() {
  python3 "$(dirname "$0")/preview_json.py" "$@"
}

# The review of a preview's JSON as Markdown; its exit code is that of what FAIL_ON names.
write_review() {
  if mlregistry review --help > /dev/null 2>&1; then
    json=$1 review=$2
    set --
    for reason in $FAIL_ON; do
      set -- "$@" --fail-on "$reason"
    done
    mlregistry review "$@" < "$json" > "$review"
  else
    preview_json list "$1" > "$2"
  fi
}
