"""What is measured: index kinds, the parameter that each is searched with, and the goals."""

from dataclasses import dataclass

TARGETS = (0.90, 0.95)
FURTHER_TARGET = 0.99
EXHAUSTIVE = "Flat"
# Ratios of queries a second, Quiver's to faiss-cpu's, that are to be reached.
GOALS = {"HNSW32": 1.2, "HNSW32,SQ8": 1.2}
GOAL = 1.0


@dataclass(frozen=True)
class Kind:
    """A factory string and how its searches are tuned: the smallest `parameter` that reaches a recall, and for an
    index that refines its hits the `k_factor` with which that is fastest."""

    factory: str
    parameter: str = ""
    sweep: tuple = ()
    k_factors: tuple = ()

    @property
    def least(self):
        # Fewer candidates than hits are never kept.
        return 10 if self.parameter in ("efSearch", "search_L") else 1

    def settings(self, value, k_factor=None):
        text = f"{self.parameter}={value}" if self.parameter else "-"
        return f"{text},k_factor_rf={k_factor}" if k_factor else text


GRAPH_SWEEP = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256)
LIST_SWEEP = (1, 2, 4, 8, 16, 32, 64, 128)
K_FACTORS = (2, 4, 8, 16)


def tuned_kinds(set_name):
    """The kinds that have a goal."""
    codes = {"fashion": "PQ196x4fs", "wordnet": "PQ192x4fs"}[set_name]
    return [
        Kind("Flat"),
        Kind("HNSW32", "efSearch", GRAPH_SWEEP),
        Kind("HNSW32,SQ8", "efSearch", GRAPH_SWEEP),
        Kind("IVF1024,Flat", "nprobe", LIST_SWEEP),
        Kind("IVF1024,SQ8", "nprobe", LIST_SWEEP),
        Kind(f"IVF1024,{codes},RFlat", "nprobe", LIST_SWEEP, K_FACTORS),
    ]


def further_kinds(set_name):
    """Kinds without a goal, each at one setting, so that every kind of index is measured once."""
    # Parts divide 784 and 384 numbers.
    parts, fine, rotated = {"fashion": (98, 196, 392), "wordnet": (96, 192, 192)}[set_name]
    return [
        (Kind("SQ8"), None),
        (Kind("SQfp16"), None),
        (Kind(f"PQ{parts}"), None),
        (Kind(f"PQ{fine}x4fs"), None),
        (Kind("RQ8x6"), None),
        (Kind("LSH"), None),
        (Kind("PCA128,Flat"), None),
        (Kind("IVF1024,SQ4", "nprobe"), 16),
        (Kind("IVF1024,SQfp16", "nprobe"), 16),
        (Kind(f"IVF1024,PQ{parts}", "nprobe"), 16),
        (Kind("IVF1024,RQ8x6", "nprobe"), 16),
        (Kind(f"OPQ{parts}_{rotated},IVF1024,PQ{parts}", "nprobe"), 16),
        (Kind("PCA128,IVF1024,Flat", "nprobe"), 16),
        (Kind("IVF1024_HNSW32,Flat", "nprobe"), 16),
        (Kind("IMI2x6,SQ8", "nprobe"), 64),
        (Kind(f"HNSW32,PQ{parts}", "efSearch"), 64),
        (Kind("NSG32,Flat", "search_L"), 64),
    ]
