#!/usr/bin/env bash
# Format the templates, or only look and name those that differ (--check).
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z --cached --others --exclude-standard '*.html' |
  xargs -0 -r .venv/bin/djangofmt --indent-width 2 "$@"
