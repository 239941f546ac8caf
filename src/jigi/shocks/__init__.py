"""Hazards: early-warning signals by area and period, alerts, and the triggers that read them.

A signal is a figure about a place (Cadre Harmonisé, rainfall, prices, conflict events, floods), in its versions: what
was known on which day is never written over. An alert is a CAP 1.2 message (OASIS). A trigger is a reviewed file: a
checked expression over signals, played over the past before anybody trusts it. All are facts about places; what is
done about them is a response (package `response`), decided by people.
"""
