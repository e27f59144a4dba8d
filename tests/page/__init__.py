"""The page in a real browser, and what belongs to it alone."""
