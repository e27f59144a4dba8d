"""How well the reader finds the sentence that answers, tells when none does, and knows how sure it is."""
