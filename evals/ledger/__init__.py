"""How well the checks tell true sentences from false ones: true drafts, one lie in each, and what passes."""
