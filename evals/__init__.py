"""Cases with known facts, scorers that give reasons, and a run that stops a bad change."""
