"""The directory of authorities: who answers in each State, what, in which languages, under which law."""
