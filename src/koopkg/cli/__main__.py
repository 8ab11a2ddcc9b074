"""The command `koopkg`, run as a module."""

from koopkg.cli import main

main()
