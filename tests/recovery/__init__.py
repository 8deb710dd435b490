"""Recovery, evidence and disposal."""
