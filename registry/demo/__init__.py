"""Demonstration data, deterministic, made only by calling acts.

Makers, models, calibres and what is said of lot UZZ18 and the other named lots are public facts; every
serial, person, document number and movement is invented.
"""
