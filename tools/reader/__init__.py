"""Trains the model of rag/reader, outside the installed package."""
