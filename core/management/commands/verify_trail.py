"""Prove that nothing was altered behind the application: chains, seals, and that the trail gives the present rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.sealing import keys, verification
from verify_trail import Outside, load_key, said_of_keys


class Command(BaseCommand):
    """Last line: rows checked, rows per second, faults. Exit code 1 where there is a fault."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the copies of the seals lie, and whose signature counts."""
        parser.add_argument("--seals", type=Path, help="copies of the seals outside the database (SEAL_FOLDER)")
        parser.add_argument("--some-seals", action="store_true", help="the folder holds some of the seals only")
        parser.add_argument("--key", type=Path, action="append", default=[], help="public key of the seals")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Faults go to the log and among the events as well."""
        folder = options["seals"] or Path(settings.SEAL_FOLDER)
        try:
            outside = Outside.of(folder, partial=options["some_seals"])
            known = [load_key(path.read_bytes()) for path in options["key"]]
            known = known or [*outside.keys(), keys.signing_key().public_key()]
        except (OSError, ValueError) as error:
            raise CommandError(f"This cannot be verified: {error}", returncode=2) from error
        self.stdout.write(said_of_keys(known, outside))
        report = verification.verify(outside, known)
        verification.tell(report)
        self.stdout.write(report.text())
        if report.faults:
            raise SystemExit(1)
