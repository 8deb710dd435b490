"""How long records are kept, what holds them, what may go, and what went (FP art. 7)."""
