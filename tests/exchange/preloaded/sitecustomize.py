"""Loaded by Python itself in every process that a test starts with this folder on its path."""

from tests.exchange.doomed import install

install()
