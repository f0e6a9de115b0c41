#!/usr/bin/env bash
# The demo: tables, practice pack, made-up matters, then served until Ctrl-C. Each step is quick when done before.
set -euo pipefail
cd "$(dirname "$0")/.."
linli=.venv/bin/linli

home=$("$linli" where)
"$linli" migrate --verbosity 0
"$linli" manage collectstatic --no-input --verbosity 0
"$linli" packs install packs/jiamusi
"$linli" demo fill
exec "$linli" serve --welcome --log "$home/serve.log"
