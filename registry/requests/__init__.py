"""Requests for traces between States: asked, answered, followed from State to State (FP 12(4); ITI 17-24)."""
