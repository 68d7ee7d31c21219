"""Write every blank form into a folder, in both languages: for the days on which the system cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import blank
from core.crf import read

Link = tuple[str, Any]


class Command(BaseCommand):
    """Each file needs nothing beside it: print it from any computer, or keep it printed."""

    help = __doc__ or ""
    requires_system_checks = ()  # works while the database is down

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to; what an earlier run wrote there is written anew."""
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, folder: Path, **options: Any) -> None:
        """One line says what was written."""
        count = sum(self._language(folder / code, code) for code, _name in settings.LANGUAGES)
        self.stdout.write(f"{count} files written to {folder}.")

    def _language(self, folder: Path, code: str) -> int:
        folder.mkdir(parents=True, exist_ok=True)
        with override(code):
            visits, forms = list(_visits(folder)), list(_forms(folder))
            links = [(_("All forms of a visit"), visits), (_("Single forms"), forms)]
            (folder / "index.html").write_text(blank.contents(links, _("Blank forms")), "utf-8")
        return len(visits) + len(forms) + 1


def _visits(folder: Path) -> Iterator[Link]:
    for visit in blank.visits():
        if codes := blank.codes_of(visit):
            name = f"visit-{visit.code}.html"
            (folder / name).write_text(blank.document(blank.paper(codes, visit), visit.label), "utf-8")
            yield name, visit.label


def _forms(folder: Path) -> Iterator[Link]:
    for form in sorted(read.forms(), key=lambda form: form.code):
        name = f"form-{form.code}.html"
        (folder / name).write_text(blank.document(blank.paper([form.code]), form.title), "utf-8")
        yield name, f"{form.code} {form.title}"
