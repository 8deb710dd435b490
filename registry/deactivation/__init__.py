"""Deactivation of firearms (FP art. 9): measures, inspection, certificate, and what turns up afterwards."""
