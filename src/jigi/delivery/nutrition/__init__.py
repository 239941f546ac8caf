"""PNP, the preventive nutrition package: fortified flour for every child of 6-59 months and pregnant or nursing woman.

Rations are reviewed data (`catalogue`). Flour comes by lot to warehouses and sites; every gram that moves is a row that
never changes, and the balance of a lot at a place, kept by the database, is never negative (`stock`).
Whoever is in the category in a chosen village is counted in, poor or not, from the register or by the census of the
operator with the health centre (`census`). A distribution draws its list from the census on the day of each village
(`lists`), and gives each person one ration, of a lot (`giving`) that is traced to them when it is recalled (`recalls`).
Cooking demonstrations are counted; screenings are read by few, for a reason (`care`).
"""
