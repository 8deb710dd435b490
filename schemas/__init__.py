"""The published language: shapes and closed lists that every edge of the registry speaks.

A leaf: it imports nothing of the registry, does no input or output, knows no clock and no user.
"""
