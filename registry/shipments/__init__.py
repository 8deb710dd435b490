"""Shipments under licences: announced, cleared by customs, followed until they are received (FP art. 10)."""
