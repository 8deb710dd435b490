"""Lots, packages, spans of cartridges and the sales register (FP arts. 7 and 8; Brazil, 16 D LOG)."""
