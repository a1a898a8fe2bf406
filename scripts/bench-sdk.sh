#!/bin/sh
# Calls a second of this program and of the official Python SDK, same body, same server, one run.
# Needs Python and a package registry that has alibabacloud-dingtalk; says so when it is not reachable.
set -eu
cd "$(dirname "$0")/.."
venv="${BENCH_SDK_VENV:-$(mktemp -d)/venv}"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
fi
if ! "$venv/bin/python" -c 'import alibabacloud_dingtalk' 2>/dev/null; then
    "$venv/bin/pip" install -q alibabacloud-dingtalk || {
        echo "alibabacloud-dingtalk cannot be installed here (registry not reachable?): no comparison" >&2
        exit 1
    }
fi
FIGURES_PYTHON="$venv/bin/python" exec cargo bench --bench figures -- throughput
