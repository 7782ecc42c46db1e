#!/bin/sh
# Make .venv with uv inside it. Debian splits venv off python3; as root it is fetched, else we say so.
set -eu
python=$1
uv=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "netzwart braucht Python 3.11 oder neuer; gefunden: $("$python" --version)." >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installiere $package ..." >&2
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    else
        echo "Es fehlt das Paket $package. Bitte: sudo apt-get install $package" >&2
        exit 1
    fi
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv"
