"""Files, tables, pages and feeds -> articles: the text kept as it came, page debris marked and not cut."""

from rag.articles.dates import find_date
from rag.articles.decoding import decode
from rag.articles.items import estimate, items, read_file
from rag.articles.making import METADATA_FILE, from_text
from rag.articles.paths import files
from rag.articles.values import Item, Problem, Reach

__all__ = [
    "METADATA_FILE",
    "Item",
    "Problem",
    "Reach",
    "decode",
    "estimate",
    "files",
    "find_date",
    "from_text",
    "items",
    "read_file",
]
