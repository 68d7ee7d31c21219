"""What PostgreSQL itself refuses, how it is put in place, and how its absence is noticed.

`functions.sql` holds the functions; which table carries which trigger follows from the models. The owner role
installs (`manage.py migrate`); the runtime role owns nothing, so it can switch nothing off (ADM-05, ADM-06, ADM-07).
"""
