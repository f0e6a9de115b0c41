#!/usr/bin/env bash
# Format the templates, or only look (--check).
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z '*.html' | xargs -0 -r .venv/bin/djangofmt --quiet "$@"
