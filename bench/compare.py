"""`python -m bench.compare OLD NEW [NAME…]`: the figures of two checkouts, taken in turns on this machine, as ratios.

    git worktree add ../old c1f9b18
    .venv/bin/python -m bench.compare ../old . contact_list summary --contacts 100000 --rounds 3

Each round runs `script/bench` of the old checkout and then of the new one, so that what else the machine does meanwhile
meets both. A figure is the median of its rounds; those that only one checkout has are left out. Exits with 1 when a
benchmark could not be run.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path


def main() -> int:
    """Run the rounds and print a line a figure: name, old, new, unit, new / old."""
    parser = argparse.ArgumentParser(prog="bench.compare", description="Compare the figures of two checkouts.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks both have; all when none is named")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    found: dict[Path, dict[str, list[float]]] = {arguments.old: defaultdict(list), arguments.new: defaultdict(list)}
    units: dict[str, str] = {}
    for number in range(arguments.rounds):
        for checkout, values in found.items():
            print(f"Round {number + 1}, {checkout} …", file=sys.stderr)
            figures = taken(checkout, arguments.names, arguments.contacts)
            if not figures:
                return 1
            for figure in figures:
                if figure["value"] is not None:
                    values[figure["name"]].append(figure["value"])
                    units[figure["name"]] = figure["unit"]
    report(found[arguments.old], found[arguments.new], units)
    return 0


def taken(checkout: Path, names: list[str], contacts: int) -> list[dict]:
    """The figures of one run of a checkout's `script/bench`, budgets kept or not; none when it could not be run."""
    command = [str((checkout / "script/bench").resolve()), "--contacts", str(contacts), "--keep", *names]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True)
    figures = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not figures:
        print(done.stderr[-2000:], file=sys.stderr)
    return figures


def report(old: dict[str, list[float]], new: dict[str, list[float]], units: dict[str, str]) -> None:
    """Print the medians side by side; a ratio below 1 is less than before, for rates (…/s) that is slower."""
    for name in sorted(old.keys() & new.keys()):
        before, after = statistics.median(old[name]), statistics.median(new[name])
        ratio = f"{after / before:.2f}" if before else "–"
        print(f"{name:60} {before:12.2f} {after:12.2f} {units[name]:10} {ratio:>6}")


if __name__ == "__main__":
    sys.exit(main())
