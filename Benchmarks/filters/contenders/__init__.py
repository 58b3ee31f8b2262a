"""The engines that are compared, a file each; `engine.py` says what an engine must do.

Each name has its module and its variants: settings that an engine takes only when it is built (before the dash) or opened
(behind it). Each is a process of its own; for every filter the engine answers with the one that is fastest.
"""

import importlib

NAMES = {
    "quiver": ("quiver", [""]),
    "faiss-cpu": ("faiss_cpu", [""]),
    "zvec": ("zvec_", ["int8", "int8-graph", "int8-rows", "float32"]),
    "lancedb": ("lancedb_", [""]),
    "chroma": ("chroma", [""]),
    "milvus-lite": ("milvus_lite_", [""]),
    "sqlite-vec": ("sqlite_vec_", [""]),
}


def make(name, variant, folder, dataset):
    module = importlib.import_module(f"contenders.{NAMES[name][0]}")
    return module.Engine(folder, variant, dataset)
