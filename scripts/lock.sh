#!/usr/bin/env bash
# Choose versions anew. Locks name no host: whoever installs decides where from.
set -euo pipefail
cd "$(dirname "$0")/.."
for name in runtime dev bench node; do
  .venv/bin/python -m piptools compile --quiet --upgrade --allow-unsafe --generate-hashes \
    --no-emit-find-links --no-emit-index-url --no-emit-trusted-host --strip-extras \
    --output-file="requirements/$name.txt" "requirements/$name.in"
done
.venv/bin/python scripts/setup.py npm run --silent lock
