#!/usr/bin/env bash
# phonenumbers 9.0.43: its table of country names (phonenumbers.geodata.locale) cannot be imported without the package
# phonenumbers.geodata, whose __init__ reads what place every number prefix of the world belongs to, 29 files of it. A process
# that only wants to know that "Deutschland" is DE grows by tens of megabytes for good. The same file read by itself does not.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check phonenumbers==9.0.43
unset PYTHONDONTWRITEBYTECODE
"$folder/env/bin/python" -m compileall -q "$folder/env/lib"
cat > "$folder/run.py" <<'PYTHON'
import sys, time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import phonenumbers


def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


before, began = megabytes(), time.perf_counter()
if sys.argv[1] == "import":
    from phonenumbers.geodata.locale import LOCALE_DATA as names
else:
    path = Path(phonenumbers.__file__).with_name("geodata") / "locale.py"
    spec = spec_from_file_location("phonenumbers.geodata.locale", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    names = module.LOCALE_DATA
assert names["DE"]["de"] == "Deutschland"
print(f"{megabytes() - before:.0f} {time.perf_counter() - began:.2f} {'phonenumbers.geodata' in sys.modules}")
PYTHON
read -r imported seconds whole < <("$folder/env/bin/python" "$folder/run.py" import)
read -r alone quicker part < <("$folder/env/bin/python" "$folder/run.py" file)
echo "phonenumbers 9.0.43: imported +$imported MB in $seconds s; the file alone +$alone MB in $quicker s"
[ "$whole" = True ] && [ "$part" = False ] && [ "$imported" -gt $((alone * 3)) ]
