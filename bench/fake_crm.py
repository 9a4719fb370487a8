"""A fake CRM in a process of its own, so that it does not share the worker's interpreter while that is measured."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

SECONDS = 120


class Remote:
    """The fake as the benchmark sees it: `config` lets an adapter in; the rest is asked over a pipe."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.config: dict[str, str] = self._answer()

    def change(self, count: int) -> None:
        """Change so many people."""
        self._ask("change", count)

    def calls(self) -> tuple[int, int]:
        """How many calls came in, and how many of them were refused as too many."""
        return self._ask("calls", 0)

    def _ask(self, word: str, number: int):
        self._pipe.send((word, number))
        return self._answer()

    def _answer(self):
        if not self._pipe.poll(SECONDS):
            raise TimeoutError("The fake CRM does not answer.")
        return self._pipe.recv()


@contextmanager
def fake_crm(vendor: str, count: int, **switches) -> Iterator[Remote]:
    """Run the fake of a vendor with so many people; `switches` are set on it."""
    spawn = multiprocessing.get_context("spawn")  # no copy of our connections
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, vendor, count, switches), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Remote(ours)
    finally:
        ours.close()
        process.join(5)
        process.kill()


def _serve(pipe: Pipe, vendor: str, count: int, switches: dict) -> None:
    """The process itself: answer until the pipe is closed."""
    from crm.testing import World
    from tests.crm.fakes.dataverse import DataverseFake
    from tests.crm.fakes.wealthbox import WealthboxFake

    fake = {"dataverse": DataverseFake, "wealthbox": WealthboxFake}[vendor](World(count))
    for name, value in switches.items():
        setattr(fake, name, value)
    with fake:
        pipe.send(fake.config())
        try:
            while True:
                word, number = pipe.recv()
                with fake.lock:
                    if word == "change":
                        for one in list(fake.world.people)[:number]:
                            fake.world.change(one, city="Shelbyville")
                    pipe.send((len(fake.seen), fake.refused))
        except EOFError:
            return
