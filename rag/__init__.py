"""Pressroom: questions answered from a folder of news articles, every sentence with its source."""

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import PressroomError
from rag.types import Answer, Citation, Filters, Sentence

__all__ = ["Answer", "Assistant", "Citation", "Config", "Filters", "PressroomError", "Sentence"]
