"""The tests; helpers that several files share lie here too."""
