"""INF: the CAR-T infusion; its start is day 0. What was given is recorded as given, whatever was planned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.declare import RowsSpec, Spec
from core.schedule import Anchor
from dosing.infusion import TIME_POINTS, GivenBag, InfusionForm, Interruption, SeriesOfVitals


class Infusion(InfusionForm):
    """INF: CD19 CAR-T cells, planned and actual dose, start and end."""

    crf = Spec("INF", _("CAR-T infusion"), version=1, domain="EC", anchors={Anchor.INFUSION: "exstdtc"})


class InfusionBag(GivenBag):
    """A bag of the first infusion."""

    rows = RowsSpec(Infusion, "bags", _("Bags infused"))


class InfusionStop(Interruption):
    """A pause of the first infusion."""

    rows = RowsSpec(Infusion, "stops", _("Interruptions"))


class InfusionVitals(SeriesOfVitals):
    """Vital signs around the first infusion."""

    rows = RowsSpec(Infusion, "vitals", _("Vital signs around infusion"), start=TIME_POINTS)
