#!/usr/bin/env bash
# usage: scripts/with-secret-service.sh CMD...
# Runs CMD inside a private D-Bus session that has a real, unlocked Secret Service (gnome-keyring), in a home of its own
# that is removed afterwards; nobody's own keyring is touched. Needs the packages dbus and gnome-keyring.
# HOME is replaced inside: set CARGO_HOME and RUSTUP_HOME before, when CMD is cargo.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
export HOME=$home XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run
mkdir -p "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME"
mkdir -m 700 "$XDG_RUNTIME_DIR"
dbus-run-session -- bash -c '
  set -euo pipefail
  # The line on standard input makes and unlocks the "login" keyring, which becomes the default collection.
  gnome-keyring-daemon --foreground --unlock --components=secrets <<<"ci-only" >"$XDG_RUNTIME_DIR/keyring.log" 2>&1 &
  daemon=$!
  owned() {
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
      string:org.freedesktop.secrets 2>/dev/null | grep -q "boolean true"
  }
  for _ in $(seq 200); do owned && break; sleep 0.05; done
  if ! owned; then
    echo "the Secret Service did not start:" >&2
    cat "$XDG_RUNTIME_DIR/keyring.log" >&2
    exit 1
  fi
  code=0
  "$@" || code=$?
  kill "$daemon"
  wait "$daemon" 2>/dev/null || true
  exit "$code"' _ "$@"
