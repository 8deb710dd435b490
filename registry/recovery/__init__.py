"""Recovery and disposal (FP art. 6): campaigns, what was recovered, its evidence, its end."""
