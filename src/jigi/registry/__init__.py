"""Who: households, persons and dated memberships of the Unified Social Register (RSU, decree 2022-0276).

Each fact keeps where it came from and when it was seen. What targeting reads stands in typed columns of
`LivingConditions`; a household of a survey sample has living conditions too, and no place in the register.
"""
