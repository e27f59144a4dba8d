"""The chat page in pieces: the desk to ask at, the shelf of articles, doors for programs, and the server.

`app.py` puts them together. Gradio is imported by the functions that build and serve, never at import.
"""
