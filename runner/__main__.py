"""The whole of AdvisorHub on this machine until Ctrl-C; script/server runs it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from runner import programs, warm
from runner.embedded import BASE_DIR, VAR_DIR, EmbeddedServers
from runner.environment import EnvironmentFile
from runner.errors import RunnerError
from runner.locks import FileLock
from runner.ports import own_addresses
from runner.supervisor import Supervisor, end_group

READY_SECONDS = 120
SIGN_INS = VAR_DIR / "run" / "sign-ins"
LOOK_SECONDS = 3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop; not an error, and nothing may swallow it."""


class Server:
    """One run of AdvisorHub from this checkout."""

    def __init__(self, hosts: list[str], port: int):
        self.hosts = hosts
        self.port = port
        # Passkeys and push work at this name; Chromium refuses them at 127.0.0.1, which answers all the same.
        self.address = f"http://localhost:{port}"
        self.lock = FileLock(VAR_DIR / "run" / "server.lock")
        self.file = EnvironmentFile(VAR_DIR / "env")
        self.environment: dict[str, str] = {}
        self.servers: EmbeddedServers | None = None
        self.supervisor: Supervisor | None = None
        self._step: subprocess.Popen | None = None
        self._warming: subprocess.Popen | None = None
        self._next_look = 0.0

    def run(self) -> None:
        """Start everything, say when it is ready, and keep it running until a signal comes."""
        if not self.lock.acquire(wait=False):
            raise RunnerError(
                f"AdvisorHub is already running from this folder ({self.lock.read().strip() or 'starting'}). "
                "Stop that one first, with Ctrl-C in its window."
            )
        self.lock.write(f"process {os.getpid()}, {self.address}\n")
        _stop_on_signals()
        try:
            programs.end_leftovers(VAR_DIR)
            for host in self.hosts:
                check_port(host, self.port)
            self._start_servers()
            self._warm()
            SIGN_INS.unlink(missing_ok=True)
            self._do("runner.prepare", str(SIGN_INS))
            self._start_programs().watch(self._look_after_servers)
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            _ignore_signals()
            self._stop()
        print("Stopped.", flush=True)

    def _start_servers(self) -> None:
        self.file.hide()
        self.file.ensure_secret_key()
        self.file.ensure_push_key()
        defaults = {"DEMO": "1", "INSECURE_HTTP": "1", "BASE_URL": self.address}
        chosen = self.file.kept() | {name: value for name, value in os.environ.items() if value}
        wanted = {"postgres": not chosen.get("DATABASE_URL"), "valkey": not chosen.get("REDIS_URL")}
        if any(wanted.values()):
            self.servers = EmbeddedServers(VAR_DIR, **wanted)
            self.servers.start()
            defaults |= self.servers.environment()
        self.file.show({name: chosen.get(name, value) for name, value in defaults.items()})
        self.environment = programs.marked(defaults | chosen, VAR_DIR)

    def _look_after_servers(self) -> bool:
        """Start embedded servers again that have died; called all the time, looks every few seconds."""
        if self.servers and self.supervisor and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            for name in self.servers.revive():
                self.supervisor.say("servers", f"{name} had ended; started again")
        return False

    def _warm(self) -> None:
        """Have the programs compiled while we prepare, on a first start; what it says is of no interest."""
        if warm.is_needed():
            self._warming = subprocess.Popen(
                [sys.executable, "-m", "runner.warm"],
                env=self.environment,
                cwd=BASE_DIR,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def _do(self, module: str, *arguments: str) -> None:
        """Run a module to its end; its messages are seen."""
        self._step = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", module, *arguments], env=self.environment, cwd=BASE_DIR, start_new_session=True
        )
        if self._step.wait() != 0:
            raise RunnerError("AdvisorHub could not be prepared; the reason is above.")

    def _start_programs(self) -> Supervisor:
        supervisor = self.supervisor = Supervisor(
            [programs.web(self.hosts, self.port), programs.worker(), programs.operations()],
            self.environment,
        )
        supervisor.start()
        deadline = time.monotonic() + READY_SECONDS
        supervisor.watch(lambda: self._answers() or time.monotonic() > deadline, strict=True)
        if time.monotonic() > deadline:
            raise RunnerError(f"AdvisorHub did not answer at {self.address} within {READY_SECONDS} seconds.")
        print(f"\nAdvisorHub is ready at {self.address}\n{self._sign_ins()}Ctrl-C stops it.\n", flush=True)
        return supervisor

    def _answers(self) -> bool:
        """Tell whether the first page is served; what worker and scheduler do is for `/readyz` to say."""
        bound = self.hosts[0]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound)  # noqa: S104  (read, not bound)
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _sign_ins(self) -> str:
        """Return the demo's sign-ins to print, or nothing where there is no demo."""
        text = SIGN_INS.read_text().strip() if SIGN_INS.exists() else ""
        return f"\n{text}\n\n" if text else ""

    def _stop(self) -> None:
        if self.supervisor:
            self.supervisor.stop()
        for process in (self._step, self._warming):
            if process:
                end_group(process)
        programs.end_leftovers(VAR_DIR)
        if self.servers:
            self.servers.stop()
        self.file.hide()
        self.lock.release()


def check_port(host: str, port: int) -> None:
    """Raise unless the web server could listen at `host`:`port`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            raise RunnerError(
                f"Port {port} on {host} cannot be used ({os.strerror(error.errno or 0)}). "
                f"Stop the program that uses it, or choose another port: PORT={port + 1} script/server"
            ) from error


def main() -> int:
    """Run the server as the environment says; 0 after an orderly stop, 1 when it cannot run."""
    text = os.environ.get("PORT") or "8000"
    try:
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise RunnerError(f"PORT must be a number from 1 to 65535, not {text!r}.")
        os.chdir(BASE_DIR)
        named = os.environ.get("HOST")
        Server([named] if named else own_addresses(), int(text)).run()
    except RunnerError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped:
        pass
    return 0


def _stop_on_signals() -> None:
    def stop(_number, _frame):
        _ignore_signals()  # once is enough: a second Ctrl-C must not cut the orderly stop short
        raise Stopped

    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means to stay
            signal.signal(number, stop)


def _ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
