"""Consent, demography, and what decides whether a person may take part."""
