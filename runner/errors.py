"""The one error of the runner: its text is a sentence for the person at the keyboard."""


class RunnerError(Exception):
    """Something stopped the runner; the message says what and what to do next, without a traceback."""
