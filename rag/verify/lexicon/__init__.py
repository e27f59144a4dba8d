"""What the checks know of English: which words are the same, related, or opposites; no check itself."""
