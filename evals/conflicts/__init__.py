"""Articles that disagree, and articles that only seem to: how often the answer shows which."""
