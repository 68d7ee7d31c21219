"""Adverse events and protocol deviations."""
