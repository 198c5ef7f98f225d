#!/bin/sh
# Measures what others offer on the sets that `hearken model eval` uses: sh benches/rivals.sh DATA [HEARKEN]
# DATA is the folder of labelled sets; HEARKEN, where given, is the built program, timed on the same texts.
# Needs Python 3; puts SnowNLP, VADER, fastText and scikit-learn into a folder that is removed afterwards.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: sh benches/rivals.sh DATA [HEARKEN]" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install -q snownlp==0.12.3 vaderSentiment==3.3.2 fasttext-wheel==0.9.2 scikit-learn
"$scratch/venv/bin/python" "$here/rivals.py" "$@"
