"""Answering where a firearm or a cartridge came from (FP art. 12(4); ITI)."""
