"""How the answers of a record came in, where it was not at once: from paper, or afterwards (BCK-02, ENT-02)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import protocol
from core.crf.provenance import MODE, Mode
from core.models import ChangeItem
from core.places import Place


def source(place: Place) -> str:
    """The sentence at the head of a form; empty where the answers were entered at once."""
    record = place.record
    mode = None if record is None else record.srcmode
    if record is None or mode is None:
        return ""
    if mode == Mode.RETROSPECTIVE:
        return _("Entered afterwards, from the medical record, by %(who)s") % {"who": _marked_by(place)}
    said = {"day": record.srcdat, "writer": record.srcby, "who": _marked_by(place)}
    return _("Transcribed from paper of %(day)s, filled in by %(writer)s; transcribed by %(who)s") % said


def late(place: Place) -> str:
    """How long after the paper it was entered, where that is more than the parameter `late_entry` allows."""
    record = place.record
    if record is None or record.srcmode != Mode.PAPER or record.srcdat is None:
        return ""
    entered = timezone.localtime(record.entered_at, place.subject.site.clock).date()
    days = (entered - record.srcdat).days
    words = ngettext("%(n)s day after the paper", "%(n)s days after the paper", days)
    return words % {"n": days} if days > protocol.days("late_entry") else ""


def _marked_by(place: Place) -> str:
    """Who last said where the answers came from; until the page's moment. One statement, for marked records only."""
    said = ChangeItem.objects.filter(
        table_name=place.form.model._meta.db_table, row_id=place.record.pk if place.record else 0, field=MODE
    )
    if place.moment is not None:
        said = said.filter(change__at__lte=place.moment.at)
    return said.order_by("-id").values_list("change__actor_name", flat=True).first() or ""
