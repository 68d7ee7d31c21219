"""Made-up dictionaries, and what the demo's words were coded as: by the system, and one by the data manager."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.management import call_command

from accounts.actor import Actor
from coding.actions import code, code_all
from coding.load import COLUMNS
from coding.models import DictionaryKind, Term
from coding.spots import in_force, spots

VERSION: Final = "DEMO 1"  # invented, like its codes: the licensed dictionaries are for the trial to bring
SYNONYM: Final = ("寒战 (chills)", "Chills")
EVENTS: Final = {
    "Immune system": ("Cytokine release syndrome",),
    "Nervous system": ("Confusion", "Myasthenia gravis relapse"),
    "Infections": ("Upper respiratory tract infection", "Nasopharyngitis"),
    "Blood": ("Neutrophil count decreased",),
    "Gut": ("Nausea", "Diarrhoea"),
    "Heart and vessels": ("Myocardial infarction", "Hypertension"),
    "General": ("Chills", "Fatigue"),
}
DRUGS: Final = {
    "Nervous system": ("Paracetamol", "Pyridostigmine"),
    "Hormones": ("Prednisone",),
    "Immune system": ("Tocilizumab", "Azathioprine", "Tacrolimus"),
}


def code_words(by: Actor) -> None:
    """Load both dictionaries, let the system code what reads like a term, and code one phrase by hand."""
    if in_force(DictionaryKind.MEDDRA):
        return
    with TemporaryDirectory() as folder:
        for kind, level, groups in ((DictionaryKind.MEDDRA, "SOC", EVENTS), (DictionaryKind.WHODRUG, "ATC1", DRUGS)):
            path = Path(folder, f"{kind}.csv")
            path.write_text(_table(level, groups.items()), "utf-8")
            call_command("load_dictionary", kind.value, VERSION, str(path), stdout=StringIO())
    code_all()
    words, means = SYNONYM
    alike = [spot for spot in spots(by) if spot.verbatim == words]
    term = Term.objects.get(text=means, dictionary__version=VERSION)
    code(alike, term, by=by, reason="Chills, in two languages.", as_synonym=True)


def _table(level: str, groups: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """A dictionary as a table: each term in a group."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow([*COLUMNS, "level", "code", "text"])
    for high, (group, terms) in enumerate(groups, 1):
        table.writerows([f"{high}{low:02}", term, "Y", level, str(high), group] for low, term in enumerate(terms, 1))
    return out.getvalue()
