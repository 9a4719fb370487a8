#!/usr/bin/env bash
# zxcvbn 4.5.0 (PyPI) takes each of `user_inputs` as one word. A name or a firm handed over as people write it,
# "Northlight Wealth", is not found in "northlightwealth1": the score stays 4 of 4, as if nothing had been handed over.
# Split at blanks it is found (score 3, a ten-thousandth of the guesses), and written together it is worth nothing (1).
#
# Seen on 2026-11-30 with Python 3.11:
#   no inputs               4 12.0
#   ['Northlight Wealth']   4 12.0
#   ['Northlight','Wealth'] 3 8.0
#   ['northlightwealth']    1 4.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check zxcvbn==4.5.0
"$folder/env/bin/python" - <<'PYTHON'
import sys

from zxcvbn import zxcvbn

PASSWORD = "northlightwealth1"
seen = {}
for inputs in ([], ["Northlight Wealth"], ["Northlight", "Wealth"], ["northlightwealth"]):
    found = zxcvbn(PASSWORD, inputs)
    seen[" ".join(inputs) if len(inputs) < 2 else "split"] = found["score"]
    print(f"{inputs!s:28} {found['score']} {found['guesses_log10']:.1f}")
expected = {"": 4, "Northlight Wealth": 4, "split": 3, "northlightwealth": 1}
sys.exit(0 if seen == expected else 1)
PYTHON
