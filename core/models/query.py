"""Queries: a value that deserves a second look, and the thread of what was said about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.models.change import ExactJSON
from core.models.noted import Noted
from core.models.subject import Subject


class QueryKind(models.TextChoices):
    """What raised it."""

    RANGE = "RANGE", _("Outside the expected range")
    RULE = "RULE", _("Edit check")
    MISSING = "MISSING", _("Missing value")
    DEVIATION = "DEVIATION", _("Protocol deviation")
    MANUAL = "MANUAL", _("Raised by a person")


class QueryState(models.TextChoices):
    """Where the thread stands."""

    OPEN = "OPEN", _("Open")
    ANSWERED = "ANSWERED", _("Answered")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Cancelled")


OVER = (QueryState.CLOSED, QueryState.CANCELLED)


class Side(models.TextChoices):
    """Who asks, and so who may close: a query is closed by the side that opened it (QRY-01)."""

    SYSTEM = "SYSTEM", _("The system")
    MONITORING = "MONITORING", _("Monitoring")
    DATA_MANAGEMENT = "DATA_MANAGEMENT", _("Data management")
    SAFETY = "SAFETY", _("Safety review")


class Query(Noted):
    """A question about one item of one record, or about a whole one. Keeps the value and the wording at the firing."""

    moves = ("state", "confirmed", "value")
    stamped = "opened_at"

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="queries")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    visit_name = models.CharField(max_length=12, blank=True)
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField(default=1)
    row_key = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=63, blank=True)
    group = models.CharField(max_length=63, blank=True)
    kind = models.CharField(max_length=10, choices=QueryKind.choices)
    side = models.CharField(max_length=16, choices=Side.choices, default=Side.SYSTEM)
    check_id = models.CharField(max_length=40, blank=True)
    text_en = models.TextField()
    text_zh = models.TextField()
    value = ExactJSON(null=True)
    state = models.CharField(max_length=10, choices=QueryState.choices, default=QueryState.OPEN)
    confirmed = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("query")
        indexes = [
            models.Index(fields=["site", "state", "-opened_at"], name="query_by_site"),
            models.Index(fields=["opened_at", "id"], name="query_by_time"),
            models.Index(fields=["subject", "form_code", "visit_name", "record_key"], name="query_by_record"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "form_code", "visit_name", "record_key", "group", "row_key", "field", "check_id"],
                nulls_distinct=False,
                condition=~Q(check_id="") & ~Q(state__in=OVER),
                name="query_one_open_per_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_code}.{self.field}: {self.check_id}"

    @property
    def text(self) -> str:
        """The wording at the firing, in the reader's language."""
        return self.text_zh if (get_language() or "").startswith("zh") else self.text_en


class QueryEvent(Noted):
    """One step of a thread: immutable, timed, attributed. The query stands as its last step left it."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=QueryState.choices)
    value = ExactJSON(null=True)
    confirmed = models.BooleanField(default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    masked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("query event")

    def __str__(self) -> str:
        return f"{self.query_id}: {self.state}"
