"""`python -m bench [NAME…]`: runs benchmarks on a scratch database; one line of JSON a figure.

Exits with 1 when a figure is out of its budget or could not be taken. What goes on is told on standard error.
"""

import argparse
import importlib
import os
import sys
import traceback

from bench.scratch import Scratch, firm_name, scratch_database


def main() -> int:
    """Make the firm, run what was asked for, and say how it went."""
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure AdvisorHub on a scratch database.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; all when none is named")
    parser.add_argument("--contacts", type=int, default=100_000, help="contacts of the demo firm (100000)")
    parser.add_argument("--keep", action="store_true", help="keep the filled firm in var/bench, and copy a kept one")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    arguments = parser.parse_args()
    with scratch_database(firm_name(arguments.contacts) if arguments.keep else "") as scratch:
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        import django

        django.setup()
        known = benchmarks()
        if arguments.list:
            print("\n".join(known))
            return 0
        unknown = [name for name in arguments.names if name not in known]
        if unknown:
            parser.error(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(known)}")
        fill(scratch, arguments.contacts)
        wanted = arguments.names or benchmarks(by_default=True)
        return run({name: known[name] for name in known if name in wanted})


def benchmarks(*, by_default: bool = False) -> dict:
    """All benchmarks by name, in the order in which they run; `by_default` without those that have to be named."""
    from bench.figures import modules

    found = [importlib.import_module(f"bench.{name}") for name in modules()]
    found = [module for module in found if hasattr(module, "BENCHMARKS")]
    found = [module for module in found if not (by_default and getattr(module, "NAMED_ONLY", False))]
    found.sort(key=lambda module: (getattr(module, "ORDER", 100), module.__name__))
    return {name: benchmark for module in found for name, benchmark in module.BENCHMARKS.items()}


def fill(scratch: Scratch, contacts: int) -> None:
    """Bring the demo firm into the scratch database, unless it is the copy of one that has it."""
    from django.db import connections

    from bench import demo

    demo.prepare()
    if scratch.is_filled:
        say(f"Going on with the firm of {contacts:,} contacts that was kept …")
        demo.settle()
        return
    say(f"Making a firm of {contacts:,} contacts …")
    demo.fill(contacts)
    connections.close_all()
    scratch.keep()


def run(chosen: dict) -> int:
    """Take every figure, and print it; 0 when all are within budget."""
    from django.db import connections

    from advisorhub.settling import settle
    from bench.figures import Figure, Yardstick

    settle()  # as a web process does
    yardstick = Yardstick()
    failed = 0
    for name, benchmark in chosen.items():
        say(f"Benchmark {name} …")
        try:
            for figure in benchmark():
                failed += not figure.ok
                print(figure.line(yardstick.now() if figure.milliseconds else None), flush=True)
        except Exception as problem:
            traceback.print_exc()
            say(f"BENCHMARK {name} COULD NOT BE TAKEN: {problem}")
            failed += 1
            print(Figure(name, None, "", error=f"{type(problem).__name__}: {problem}").line(), flush=True)
    for figure in yardstick.figures():
        print(figure.line(), flush=True)
    connections.close_all()
    say(f"{failed} figure{'' if failed == 1 else 's'} out of budget or not taken." if failed else "All within budget.")
    return 1 if failed else 0


def say(words: str) -> None:
    """Tell people; the figures alone go to standard output."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
