"""Keeps the Chinese catalogue in step with the pages, or says what a Chinese reader would miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.bare_text import bare_text


class Command(BaseCommand):
    """`messages` updates and compiles the catalogue; `messages --check` lists what is not translated."""

    help = "Gather the strings of code and templates into the Chinese catalogue and compile it."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail on any untranslated string")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="folder whose files are read")
        parser.add_argument("--locale", type=Path, default=settings.LOCALE_PATHS[0], help="folder of the catalogues")

    def handle(self, *args: Any, check: bool, root: Path, locale: Path, **options: Any) -> None:
        try:
            # Extraction needs development packages; servers read the compiled catalogue only.
            from core import i18n
        except ImportError as error:
            raise CommandError(f"{error.name} is missing: pip install -r requirements-dev.txt") from error
        catalogue = i18n.Catalogue(locale / "zh_Hans" / "LC_MESSAGES")
        messages = i18n.collect(root)
        if not check:
            catalogue.update(messages)
        faults = [*catalogue.faults(messages), *unmarked(root, i18n.source_files(root))]
        self.report(len(messages), faults, failing=check)

    def report(self, count: int, faults: list[str], *, failing: bool) -> None:
        """Every fault on a line, then the sum; only a check fails on them."""
        for fault in faults:
            self.stdout.write(fault)
        if faults and failing:
            raise CommandError(f"{len(faults)} of {count} strings need work. Then run: manage.py messages")
        self.stdout.write(f"{count} strings, {len(faults)} to be mended")


def unmarked(root: Path, files: list[Path]) -> list[str]:
    """Words written straight into a template, outside gettext."""
    return [
        f"{path.relative_to(root).as_posix()}: {text!r} is not marked for translation"
        for path in files
        if path.suffix == ".html"
        for text in bare_text(path.read_text(encoding="utf-8"))
    ]
