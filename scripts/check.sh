#!/usr/bin/env bash
# Everything that can be seen without running the house. All steps run; the failed ones are named at the end.
set -uo pipefail
cd "$(dirname "$0")/.."
py=.venv/bin/python
linli=.venv/bin/linli
failed=()

step() {
  local name=$1
  shift
  local begun=$SECONDS
  if "$@"; then
    printf 'ok      %s (%ss)\n' "$name" "$((SECONDS - begun))"
  else
    printf 'FAILED  %s: %s\n' "$name" "$*"
    failed+=("$name")
  fi
}

packs() {
  local pack
  for pack in packs/*/pack.toml; do
    "$linli" packs check "$(dirname "$pack")" || return 1
    # What is only there to be extended has no loops of its own to prove.
    grep -q '^whole = false' "$pack" || "$linli" packs prove "$(dirname "$pack")" || return 1
  done
}

spelling() {
  git ls-files -z --cached --others --exclude-standard | xargs -0 .venv/bin/codespell
}

# The SQL of every migration as PostgreSQL 15 gets it.
sql() {
  local folder code
  folder=$(mktemp -d)
  "$py" scripts/migration_sql.py "$folder" && .venv/bin/squawk "$folder"/*.sql
  code=$?
  rm -rf "$folder"
  return $code
}

step format "$py" -m ruff format --check --quiet .
step lint "$py" -m ruff check --quiet .
step types "$py" -m mypy
step contracts .venv/bin/lint-imports --no-logo
step templates scripts/templates.sh --check
step addresses "$py" scripts/check_django.py
step migrations "$linli" manage makemigrations --check --dry-run
step sql sql
step spelling spelling
step islands "$py" scripts/setup.py npm run --silent check
step packs packs
step docs "$linli" docs write --check

if ((${#failed[@]})); then
  printf '\nFailed: %s\n' "${failed[*]}"
  exit 1
fi
printf '\nAll is well.\n'
