"""What every form and every repeating row has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from core.crf.declare import coded, date, text
from core.crf.fields import Several
from core.crf.item_field import ItemField
from core.crf.provenance import MODE, Mode
from core.models.recorded import Recorded
from core.models.subject import Subject
from core.models.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from core.crf.declare import RowsSpec, Spec


class DeclaredBase(ModelBase):
    """Adds what follows from a declaration: a row's parent, and that an item which is not asked has no value."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        if "rows" in attrs:
            spec = attrs["rows"]
            attrs["parent"] = models.ForeignKey(spec.form, on_delete=models.PROTECT, related_name=spec.name)
        cls: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        if not cls._meta.abstract:
            constraints = [*cls._meta.constraints, *_asked_constraints(cls)]
            cls._meta.constraints = constraints
            cls._meta.original_attrs["constraints"] = constraints
        return cls


def _asked_constraints(cls: Any) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(name=f"{cls._meta.db_table}_{field.name}_asked", condition=_asked(cls, field))
        for field in cls._meta.local_fields
        if isinstance(field, ItemField) and field.item and field.item.asked_if
        if field.item.asked_if[0] in {other.name for other in cls._meta.local_fields}  # else core.E106 says so
    ]


def _asked(cls: Any, field: Any) -> Q:
    name, codes = field.item.asked_if
    lookup = "overlap" if isinstance(cls._meta.get_field(name), Several) else "in"
    return Q(**{f"{field.name}__isnull": True}) | Q(**{f"{name}__isnull": False, f"{name}__{lookup}": list(codes)})


class Declared(Recorded, metaclass=DeclaredBase):
    """A row that a person fills in: items, for each empty one the reason it may be missing, and which were verified.

    A mark of verification is a key of `verified`; it goes when its item's value changes, and the trail tells of both.
    `first`: the items that stand first, in this order, where what several forms share is declared in a base class.
    """

    first: ClassVar[tuple[str, ...]] = ()

    key = models.PositiveIntegerField(default=1)
    missing = models.JSONField(default=dict, blank=True)
    verified = models.JSONField(default=dict, blank=True)
    voided = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Crf(Declared):
    """A form of one subject. Subclasses declare the items; `crf` names the form."""

    crf: ClassVar[Spec]
    group_rows: dict[str, list[CrfRow]] | None = None  # its rows by group, once somebody fetched them

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="+")
    form_version = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField(default=1)
    signature = models.ForeignKey("core.Signature", on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    srcmode = coded(
        _("If not entered at once: how did these answers come in?"), Mode, optional=True, heading=_("Transcription"),
        help=_("Leave empty where they were entered at the visit or from the source soon after."),
    )  # fmt: skip
    srcdat = date(_("Date on the paper form"), asked_if=(MODE, "PAPER"))
    srcby = text(
        _("Who filled in the paper form"), length=10, asked_if=(MODE, "PAPER"),
        help=_("The code in the delegation log, not a name."),
    )  # fmt: skip

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "visit", "key"], nulls_distinct=False, name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.crf.code} {self.key}"


class CrfRow(Declared):
    """A repeating row inside a form; its key is never renumbered. `rows` names the form it belongs to."""

    rows: ClassVar[RowsSpec]
    parent: models.ForeignKey[Any, Any]

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["parent", "key"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.rows.name} {self.key}"

    @property
    def in_short(self) -> Sequence[StrOrPromise] | None:
        """What is derived, for one narrow cell of the table: line by line. None: each value under its label."""
        return None

    @classmethod
    def of(cls, record: Crf) -> list[CrfRow]:
        """The rows of a record, by key."""
        return list(cls.objects.filter(parent=record).order_by("key"))  # type: ignore[misc]  # subclasses have a parent


class FormState(models.TextChoices):
    """How far a form has come."""

    INCOMPLETE = "INCOMPLETE", _("Incomplete")
    COMPLETE = "COMPLETE", _("Complete")
    VOIDED = "VOIDED", _("Void")


class FormStatus(models.Model):
    """One line per record for the matrix and the lists. Derived from the record by every act; never clinical data.

    `gaps`: answers that lack; `required` and `verified`: items of the verification plan, and those of them that are
    verified; `signed`: a signature stands; `seq`: the subject's last change of the record's data.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="form_statuses")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="form_statuses")
    form_code = models.CharField(max_length=12)
    key = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=FormState.choices)
    gaps = models.PositiveSmallIntegerField(default=0)
    required = models.PositiveSmallIntegerField(default=0)
    verified = models.PositiveSmallIntegerField(default=0)
    signed = models.BooleanField(default=False)
    seq = models.PositiveIntegerField(default=0)
    summary = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "visit", "form_code", "key"], nulls_distinct=False, name="form_status_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.key}: {self.state}"


class FormStatusLog(models.Model):
    """Every state a line of FormStatus had, written by the database itself: the casebook as of a moment reads it."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="+")
    form_code = models.CharField(max_length=12)
    key = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=FormState.choices)
    gaps = models.PositiveSmallIntegerField()
    required = models.PositiveSmallIntegerField()
    verified = models.PositiveSmallIntegerField()
    signed = models.BooleanField()
    seq = models.PositiveIntegerField()
    summary = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "form_code", "visit", "key", "-id"], name="form_status_then")]

    def __str__(self) -> str:
        return f"{self.form_code} {self.key}: {self.state} at {self.at}"
