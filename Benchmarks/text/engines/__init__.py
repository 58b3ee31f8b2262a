"""The engines that are compared, a file each; `engine.py` says what an engine must do."""

import importlib

# Name of the module and, where it has any, the variant.
NAMES = {
    "quiver": ("quiver_", ""),
    "fts5": ("fts5", "sqlite3"),
    "fts5, by rank": ("fts5", "rank"),
    "fts5, newest SQLite": ("fts5", "apsw"),
    "tantivy": ("tantivy_", ""),
    "bm25s, numba": ("bm25s_", "numba"),
    "bm25s": ("bm25s_", "numpy"),
}


def make(name, folder, corpus):
    module, variant = NAMES[name]
    return importlib.import_module(f"engines.{module}").Engine(folder, variant, corpus)
