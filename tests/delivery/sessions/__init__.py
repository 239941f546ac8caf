"""Tests of accompanying measures."""
