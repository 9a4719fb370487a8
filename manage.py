#!/usr/bin/env python
"""Django's command line for AdvisorHub."""

import os
import sys


def main() -> None:
    """Run a management command with AdvisorHub's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
