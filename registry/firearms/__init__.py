"""Firearms, their parts, the marks they bear and their custody (FP arts. 7 and 8)."""
