"""Load a licensed dictionary; it is in force from then on."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import events
from accounts.models import EventKind
from coding import load
from coding.models import DictionaryKind


class Command(BaseCommand):
    """manage.py load_dictionary MEDDRA 27.1 /path/to/MedAscii --language en."""

    help = (
        "Load a version of MedDRA or WHODrug from its licensed files. What was coded is carried over where it can be."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which dictionary, which version, from where."""
        parser.add_argument("kind", choices=DictionaryKind.values)
        parser.add_argument("version")
        parser.add_argument("path", type=Path, help="folder with llt.asc and mdhier.asc, or a CSV file")
        parser.add_argument("--language", default="en", choices=["en", "zh"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say how many terms it has."""
        try:
            made = load.load(options["path"], options["kind"], options["version"], options["language"])
        except (load.BadDictionary, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        detail = {"sha256": made.sha256, "terms": made.terms_count}
        events.record(EventKind.CONFIGURATION, what=str(made), detail=detail)
        self.stdout.write(f"{made}: {made.terms_count} terms, SHA-256 {made.sha256}")
