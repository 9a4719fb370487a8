"""How a conversation with a CRM can end badly. Each message is for people: what happened, never personal data."""


class CRMError(Exception):
    """Base of all. `str(error)` is shown on the connection's page."""


class WillNotWork(CRMError):
    """Asking again will not help: a wrong setting, a refused field, an answer that makes no sense."""


class TryLater(CRMError):
    """The CRM is busy, down, or a limit is used up. `wait` is in seconds, from now."""

    def __init__(self, message: str, wait: float = 60) -> None:
        super().__init__(message)
        self.wait = wait


class TooSlow(TryLater):
    """An answer took longer than it may. The engine asks for smaller pages (`Adapter.page_size`) from where it was."""


class ForeignHost(WillNotWork):
    """An address outside of what the connection may talk to."""


class OwnPace(TryLater):
    """Our own count of calls is used up; the CRM has refused nothing.

    The count is exact and asked before each call, so a run may go on somewhat earlier and wait for its turn itself.
    """


class SignInAgain(CRMError):
    """The credentials are refused, or lack a right. The connection needs a person; nothing is tried until then."""


class StateExpired(CRMError):
    """The place where the last run stopped is no longer known to the CRM: the engine begins a full run."""
