"""Request to work, refusal to answer."""
