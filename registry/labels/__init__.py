"""Labels on paper: formats, printers, print jobs, and which label was printed when and by whom.

Knows no subject: each offers what its labels say.
"""
