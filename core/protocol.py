"""The protocol's parameters by name: each number the protocol may change, its unit, its source and how sure it is."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

Value: TypeAlias = int | Decimal | str


class Status(StrEnum):
    """How sure a default is."""

    REGISTRY = "REGISTRY"  # the trial's registry entry says so
    SOURCE = "SOURCE"  # a published source or label says so
    PROPOSAL = "PROPOSAL"  # decided here where the sources leave it open
    VERIFY = "VERIFY"  # common practice, not confirmed in a source


@dataclass(frozen=True)
class Parameter:
    """One number or choice of the protocol. Units are UCUM: d, h, mo, a, %, m[IU]/mL; "1" counts, "" is a code."""

    name: str
    label: StrOrPromise = field(compare=False)
    unit: str
    default: Value
    source: StrOrPromise = field(compare=False)
    status: Status


class UnknownParameter(LookupError):
    """No parameter of that name is declared."""


class WrongUnit(TypeError):
    """The parameter is not measured in the unit it was asked in."""


def parameters() -> tuple[Parameter, ...]:
    """All parameters of the trial, in the order of declaration."""
    return tuple(_declared(settings.TRIAL_PROTOCOL).values())


def parameter(name: str) -> Parameter:
    declared = _declared(settings.TRIAL_PROTOCOL)
    if name not in declared:
        near = difflib.get_close_matches(name, declared)
        hint = f" Near: {', '.join(near)}." if near else ""
        raise UnknownParameter(f"The protocol has no parameter {name!r}.{hint}")
    return declared[name]


def value(name: str) -> Value:
    """The value in force. The one place where it is looked up: every function below reads through it."""
    return parameter(name).default


def days(name: str) -> int:
    return _whole(name, "d")


def hours(name: str) -> int:
    return _whole(name, "h")


def months(name: str) -> int:
    return _whole(name, "mo")


def number(name: str) -> Decimal:
    """The value of a numeric parameter in its own unit, exact."""
    found = value(name)
    if isinstance(found, str):
        raise WrongUnit(f"Parameter {name!r} is a code, not a number.")
    return Decimal(found)


def text(name: str) -> str:
    """The value of a parameter that is a code."""
    found = value(name)
    if not isinstance(found, str):
        raise WrongUnit(f"Parameter {name!r} is a number, not a code.")
    return found


def _whole(name: str, unit: str) -> int:
    found, declared = value(name), parameter(name).unit
    if declared != unit or not isinstance(found, int):
        raise WrongUnit(f"Parameter {name!r} is {found} {declared}, not a whole number in {unit}.")
    return found


@cache
def _declared(module: str) -> Mapping[str, Parameter]:
    declared: tuple[Parameter, ...] | None = getattr(import_module(module), "PARAMETERS", None)
    if declared is None:
        raise ImproperlyConfigured(f"TRIAL_PROTOCOL: {module} has no PARAMETERS.")
    by_name = {parameter.name: parameter for parameter in declared}
    if len(by_name) < len(declared):
        raise ImproperlyConfigured(f"TRIAL_PROTOCOL: {module} declares a parameter twice.")
    return by_name
