"""Models that misbehave on purpose, the articles they are asked about, and who judges what comes of it."""
