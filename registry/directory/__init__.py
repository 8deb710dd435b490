"""States, their authorities and points of contact, and parties (FP arts. 12 and 13)."""
