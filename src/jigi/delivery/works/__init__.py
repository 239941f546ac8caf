"""HIMO: labour-intensive public works, from the commune's plan to the handover.

plan -> a worksite proposed by a commune, screened against a reviewed list, its budget split, approved by another hand
operator -> the worksite belongs to a contract; only its people and the programme's staff see it
people -> applications, a public lottery or a ranking, crews, substitutes: each worker is enrolled in the component
attendance -> timesheets of 14 days at most, entered twice, signed by the foreman, approved by a controller
evidence -> the sheet's scan, tools, accidents, physical progress with photographs, handover
money -> an approved sheet earns dues, which a round of the component pays like any other right

A presence exists only for an approved sheet, one a person and day, never above the cap: the database says so.
"""
