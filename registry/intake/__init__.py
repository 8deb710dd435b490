"""Bringing in registers that were kept elsewhere: read, judged, shown, and entered row by row (FP art. 7)."""
