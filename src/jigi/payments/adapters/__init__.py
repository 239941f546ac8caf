"""The conversations with payment agencies: one module for each form that they speak.

* `pispi…` the PI-SPI API Business, as `conversation.py` needs of any agency that answers by itself, through `wire.py`
  (HTTP, mutual TLS); its twin, served as a process, and the square code of the platform
* `iso20022…` banks: pain.001 out; pain.002, camt.053 and camt.054 in
* `files…` files agreed with one agency: CSV, XLSX or fixed width, by its reviewed mapping

Whatever the agency speaks, an order is settled in one way: `payments.pipeline.take_lines`, then `settle`. An adapter
knows no page and no right: who may send and take is asked in orders.py, returns.py and dispatch.py.
"""
