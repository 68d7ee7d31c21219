"""Write what outsiders see of the declarations, or check that what is kept in git is what the declarations say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.crf import annotate, read, snapshot
from core.crf.items import FormDef


class Command(BaseCommand):
    """The annotated case report form (docs/annotated_crf) and each form's versions (<app>/released)."""

    help = (
        "Write the annotated CRF and the form versions; --check: only compare; --release CODE: put a version into use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--check, --release CODE."""
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--release", metavar="CODE", action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 where something differs, and say what to do."""
        wanted = {path: text for form in read.forms() for path, text in artefacts(form).items()}
        differing = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if options["check"]:
            self._check(differing)
            return
        for path in differing:
            refuse_released(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
            self.stdout.write(f"written: {path.relative_to(settings.BASE_DIR)}")
        for code in options["release"]:
            release(read.form(code))

    def _check(self, differing: list[Path]) -> None:
        if differing:
            names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in differing)
            raise CommandError(
                f"Not what the declarations say: {names}. Run `manage.py snapshot` and look at the diff."
            )
        self.stdout.write("The annotated CRF and the form versions are what the declarations say.")


def artefacts(form: FormDef) -> dict[Path, str]:
    """Path -> text of all that is kept of a form in its current version."""
    return {
        settings.BASE_DIR / "docs" / "annotated_crf" / f"{form.code}.md": annotate.page(form),
        snapshot.path_of(form.model, form.code, form.version): snapshot.write(form),
    }


def refuse_released(path: Path) -> None:
    """A version in use never changes: what was entered under it must be shown as it was."""
    if path.suffix == ".json" and path.exists() and (on := json.loads(path.read_text("utf-8"))["released"]):
        raise CommandError(f"{path.name} is in use since {on} and never changes. Raise the form's version in its Spec.")


def release(form: FormDef) -> None:
    """Put the current version into use, from today."""
    path = snapshot.path_of(form.model, form.code, form.version)
    data = json.loads(path.read_text("utf-8"))
    data["released"] = data["released"] or date.today().isoformat()  # noqa: DTZ011  a calendar day of the release
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
