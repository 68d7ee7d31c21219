"""Write out the whole trail, for verify_trail.py on a machine without the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.events import record
from accounts.models import EventKind
from core.sealing.export import export


class Command(BaseCommand):
    """The folder then holds clinical data: keep it as closely as the database."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("-o", "--output", type=Path, required=True, help="a new folder")

    def handle(self, *_args: Any, **options: Any) -> None:
        """The export is itself an event, and part of what is exported."""
        record(EventKind.EXPORT, what="export_trail")
        try:
            export(options["output"], told=self.stdout.write)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Verify it with: python verify_trail.py {options['output']} --seals FOLDER --key KEY")
