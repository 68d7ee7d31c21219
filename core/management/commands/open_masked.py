"""Open the sealed original of a masked text, at the site that keeps it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.masking import WrongPassphrase, opened


class Command(BaseCommand):
    """Prints the text; asks for the passphrase."""

    help = "Open the sealed original of a masked text (docs/operations.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file as it was taken away."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads the file, needs no database."""
        try:
            text = opened(options["file"].read_text("utf-8"), getpass.getpass("Passphrase: "))
        except WrongPassphrase:
            raise CommandError("It does not open: the passphrase is another, or this is not such a file.") from None
        self.stdout.write(text)
