"""CAR-T toxicities as published: arithmetic on what was observed, and what the forms say as it takes it.

`crs`, `icans`, `icaht`, `iec_hs` and `dlt` know neither forms nor database; `reading`, `blood`, `emergent` and
`dlt_reading` ask the forms, by code.
"""
