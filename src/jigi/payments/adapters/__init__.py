"""The conversations with payment agencies: one module for each form that they speak.

An adapter writes orders as its agency reads them, and reads what it answers into the lines that
`payments.pipeline.take_lines` weighs: whatever the agency speaks, an order is settled in one way.

* `iso20022…` banks: pain.001 out; pain.002, camt.053 and camt.054 in
* `files…` files agreed with one agency: CSV, XLSX or fixed width, by its reviewed mapping

It knows no page and no right: who may send and take is asked in orders.py and returns.py.
"""
