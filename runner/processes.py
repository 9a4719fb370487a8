"""Ending processes, also those that are not our children."""

import time

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs; one that is dead and merely not collected by its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until the processes have ended, and return those that still run when the time is over."""
    deadline = time.monotonic() + seconds
    alive = [process for process in processes if is_alive(process)]
    while alive and time.monotonic() < deadline:
        time.sleep(0.02)
        alive = [process for process in alive if is_alive(process)]
    return alive


def end(processes: list[psutil.Process], *, gently_for: float = 0.0) -> None:
    """End processes: asked to for so many seconds, then killed."""
    alive = processes
    if gently_for:
        _each(alive, psutil.Process.terminate)
        alive = wait_until_gone(alive, gently_for)
    _each(alive, psutil.Process.kill)
    wait_until_gone(alive, 5)


def _each(processes: list[psutil.Process], action) -> None:
    for process in processes:
        try:
            action(process)
        except psutil.NoSuchProcess:
            pass
