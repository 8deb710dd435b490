"""Reading marks: normal forms, look-alikes, damage (FP art. 8)."""
