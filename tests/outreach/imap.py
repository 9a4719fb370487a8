"""A small IMAP server on a loopback port: one folder, for reading only, as Dovecot 2.3 answers it."""

import re
import socketserver
import threading


class FakeImap:
    """Holds `messages` (UID -> bytes). `commands` is what it was told; `refuses` names a command it answers with NO."""

    def __init__(self):
        self.messages: dict[int, bytes] = {}
        self.validity, self.commands, self.refuses = 1, [], ""
        fake = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    fake.commands.append(command)
                    word = command.upper()
                    if fake.refuses and fake.refuses in word:
                        self.wfile.write(f"{tag} NO refused here\r\n".encode())
                        continue
                    self.wfile.write(fake.answer(word))
                    self.wfile.write(f"{tag} OK done\r\n".encode())
                    if word.startswith("LOGOUT"):
                        return

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The BOUNCE_MAILBOX_URL that leads here; user and password hold what an address must escape."""
        return f"imap://bounces%40example.com:pass%2Fword@127.0.0.1:{self.port}/Returned%20mail"

    def answer(self, word: str) -> bytes:
        """The untagged lines of an answer."""
        if word.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n"
        if word.startswith(("EXAMINE", "SELECT")):
            numbered = f"* OK [UIDVALIDITY {self.validity}] valid\r\n" if self.validity else ""
            return f"* {len(self.messages)} EXISTS\r\n{numbered}".encode()
        if found := re.match(r"UID SEARCH UID (\d+):\*", word):
            uids = [uid for uid in self.messages if uid >= int(found[1])] or [*self.messages][-1:]
            return f"* SEARCH {' '.join(map(str, uids))}".rstrip().encode() + b"\r\n"
        if found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", word):
            content = self.messages.get(int(found[1]), b"")[: int(found[2])]
            head = f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(content)}}}\r\n".encode()
            return head + content + b")\r\n" if int(found[1]) in self.messages else b""
        return b""

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
