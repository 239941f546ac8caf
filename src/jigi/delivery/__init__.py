"""What a programme gives beside cash, by operators in villages: four siblings of one shape.

`sessions` (MA, accompanying measures), `nutrition` (PNP), `works` (HIMO) and `grants` (AGR) go from a plan, to an
operator's contract, to an event with attendance, to its evidence, to money or stock, to an indicator. They know
nothing of each other, and share what stands beside them:

* `contracts`: operators, their contracts, targets and deliverables; who may act for whom;
* `dues`: what a person has earned by works or by a released instalment, which payments take and pay;
* `withholding`: a term blocked or reduced by a decision, which payments apply;
* `reach`: who was reached, counted once, whatever the component.

Commands go down as calls; payments, above, reads what is left here. Nothing here imports payments.
"""
