"""The first page, for each role with its main act first."""
