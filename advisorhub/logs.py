"""What the log must not hold: whoever reads it could open the portal with a token before its owner does."""

import logging
import re

# The addresses of mailed links up to where the token stands. Django logs the path of what it answers with an error: a
# link that a mail program cut or lengthened, or that a scanner asked for in another way than people do.
LINKS = re.compile(r"(/portal/+(?:invitation|new-password)/|/password/[^/\n]+/).+", re.IGNORECASE)


class WithoutTokens(logging.Formatter):
    """Writes a record, its traceback included, without the tokens of mailed links.

    A formatter, for a filter of a logger never sees what the loggers below it say, and none sees the traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The lines as they are written; what follows the beginning of a link's address is left out."""
        return LINKS.sub(r"\1…", super().format(record))
