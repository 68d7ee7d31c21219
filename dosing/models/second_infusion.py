"""INF2: a second CAR-T infusion; its start is day 0 of a treatment period of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.declare import RowsSpec, Spec
from core.schedule import Anchor
from dosing.infusion import TIME_POINTS, GivenBag, InfusionForm, Interruption, SeriesOfVitals


class SecondInfusion(InfusionForm):
    """INF2: asked as the first infusion is."""

    crf = Spec("INF2", _("Second CAR-T infusion"), version=1, domain="EC", anchors={Anchor.SECOND_INFUSION: "exstdtc"})


class SecondInfusionBag(GivenBag):
    """A bag of the second infusion."""

    rows = RowsSpec(SecondInfusion, "bags", _("Bags infused"))


class SecondInfusionStop(Interruption):
    """A pause of the second infusion."""

    rows = RowsSpec(SecondInfusion, "stops", _("Interruptions"))


class SecondInfusionVitals(SeriesOfVitals):
    """Vital signs around the second infusion."""

    rows = RowsSpec(SecondInfusion, "vitals", _("Vital signs around infusion"), start=TIME_POINTS)
