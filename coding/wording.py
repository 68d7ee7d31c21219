"""What was coded, as a sentence of the change list."""

from __future__ import annotations

from django.utils.translation import gettext as _

from coding.models import Coding, Term
from core.wording import noted
from core.wording.sentences import Sentence


def tell(row: noted.Noted) -> Sentence:
    """Who coded which words as which term."""
    term = Term.objects.filter(pk=row.row["term_id"]).first()
    text = str(term) if term else str(row.row["term_id"])
    pattern = _("%(who)s coded “%(words)s” on %(what)s as “%(term)s”")
    return row.say(pattern, words=row.row["verbatim"], term=text)


def register() -> None:
    """Let the trail tell it."""
    noted.TELLERS[noted.table(Coding)] = tell
