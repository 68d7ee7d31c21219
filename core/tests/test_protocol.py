"""Typed access to the protocol's parameters, on parameters of the tests' own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from core import protocol
from core.protocol import Parameter, Status, UnknownParameter, WrongUnit

WASHOUT = Parameter("washout", "Washout", "d", 28, "Registry", Status.REGISTRY)
PARAMETERS = (
    WASHOUT,
    Parameter("pregnancy_test", "Pregnancy test", "h", 72, "Proposal", Status.PROPOSAL),
    Parameter("contraception", "Contraception", "mo", 12, "Practice", Status.VERIFY),
    Parameter("dose", "Dose", "10*6/kg", Decimal("0.5"), "Published", Status.SOURCE),
    Parameter("half_day", "Half a day", "d", Decimal("0.5"), "Published", Status.SOURCE),
    Parameter("reference", "Reference", "", "CONSENT", "Proposal", Status.PROPOSAL),
)


@pytest.fixture(autouse=True)
def _own_parameters(settings: Settings) -> None:
    settings.TRIAL_PROTOCOL = __name__


def test_it_works() -> None:
    assert protocol.days("washout") == 28
    assert protocol.hours("pregnancy_test") == 72
    assert protocol.months("contraception") == 12
    assert protocol.number("dose") == Decimal("0.5")
    assert protocol.number("washout") == Decimal(28)
    assert protocol.text("reference") == "CONSENT"


def test_a_parameter_tells_its_unit_source_and_status() -> None:
    assert protocol.parameter("washout") is WASHOUT
    assert protocol.parameters() == PARAMETERS
    assert protocol.value("dose") == Decimal("0.5")


def test_an_unknown_name_is_refused_with_the_names_near_it() -> None:
    with pytest.raises(UnknownParameter, match=r"no parameter 'wash_out'\. Near: washout\."):
        protocol.days("wash_out")


def test_an_unknown_name_with_none_near_it_is_refused_without_a_guess() -> None:
    with pytest.raises(UnknownParameter, match=r"no parameter 'xyz'\.$"):
        protocol.value("xyz")


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (protocol.hours, "washout"),
        (protocol.days, "pregnancy_test"),
        (protocol.months, "washout"),
        (protocol.days, "half_day"),
        (protocol.days, "reference"),
        (protocol.number, "reference"),
        (protocol.text, "washout"),
    ],
)
def test_a_parameter_is_not_read_in_a_unit_it_does_not_have(read: Callable[[str], object], name: str) -> None:
    with pytest.raises(WrongUnit, match=name):
        read(name)


def test_a_module_without_parameters_is_refused(settings: Settings) -> None:
    settings.TRIAL_PROTOCOL = "core.tests"
    with pytest.raises(ImproperlyConfigured, match="core.tests has no PARAMETERS"):
        protocol.parameters()


def test_a_parameter_declared_twice_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tests.PARAMETERS", (WASHOUT, WASHOUT), raising=False)
    settings.TRIAL_PROTOCOL = "core.tests"
    with pytest.raises(ImproperlyConfigured, match="declares a parameter twice"):
        protocol.parameters()
