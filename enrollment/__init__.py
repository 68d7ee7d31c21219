"""Enrolment, leukapheresis, the product and its chain of identity."""
