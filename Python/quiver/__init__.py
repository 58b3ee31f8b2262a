"""Quiver, a vector search and datastore engine, over its C interface.

    import quiver

    with quiver.open("animals", create=True) as store:
        animals = store.create_collection("animals", dimension=3)
        animals.upsert(quiver.Document("cat", vector=[1, 0, 0.2], text="purrs"))
        for hit in animals.search([1, 0.1, 0], k=2, contents="text"):
            print(hit.key, hit.score, hit.text)

Every object may be used from every thread. After a fork the child gets a ForkError from every call
if its parent has used Quiver; it may exec, so that multiprocessing's "spawn" works.
"""

from . import errors
from ._arguments import Key
from ._library import version
from ._version import VERSION
from .cache import Cache
from .clusters import Clustering
from .collection import Collection
from .contents import Content, Contents
from .documents import Document, DocumentArrays, FieldUpdate, Rows
from .encoder import EncodedTexts, Encoder, EncoderMode, Role
from .errors import (
    ArgumentError,
    CancelledError,
    CatalogError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    DamagedError,
    DeadlineError,
    EncoderError,
    ExistsError,
    FieldError,
    FileError,
    ForkError,
    FormatError,
    HandleError,
    InvalidKeyError,
    LockedError,
    NotAStoreError,
    NotFoundError,
    QuiverError,
    ReadOnlyError,
    RerankingError,
    SearchError,
    TooLargeError,
    VectorError,
    VectorIndexError,
)
from .explanation import Explanation, ListedHit, Method, Part, Step
from .fields import FieldValue, SparseVector, Timestamp
from .maintenance import Progress
from .neighbours import RowOwner
from .options import Mode, Reranking, SearchOptions
from .queries import Combination, Fusion, Place, Query, Scope, Source
from .recall import Basis, RecallChoice, RecallPoint
from .reports import (
    NamedSnapshot,
    NeighbourSummary,
    Receipt,
    RepairReport,
    Statistics,
    Verification,
)
from .schema import (
    ColumnType,
    FieldType,
    Metric,
    RememberedEncoder,
    Schema,
    Storage,
    TextField,
    VectorField,
)
from .search import Hit, Hits, Results
from .sentences import sentences
from .snapshot import Snapshot
from .store import Store, open, repair, verify
from .stored import StoredDocument
from .terms import terms
from .tuning import IndexTrial, TrialPoint, Tuning

__version__ = VERSION

__all__ = [
    "ArgumentError",
    "Basis",
    "Cache",
    "CancelledError",
    "CatalogError",
    "ClosedError",
    "Clustering",
    "Collection",
    "ColumnType",
    "Combination",
    "ConfigurationError",
    "ConflictError",
    "Content",
    "Contents",
    "DamagedError",
    "DeadlineError",
    "Document",
    "DocumentArrays",
    "EncodedTexts",
    "Encoder",
    "EncoderError",
    "EncoderMode",
    "errors",
    "ExistsError",
    "Explanation",
    "FieldError",
    "FieldType",
    "FieldUpdate",
    "FieldValue",
    "FileError",
    "ForkError",
    "FormatError",
    "Fusion",
    "HandleError",
    "Hit",
    "Hits",
    "IndexTrial",
    "InvalidKeyError",
    "Key",
    "ListedHit",
    "LockedError",
    "Method",
    "Metric",
    "Mode",
    "NamedSnapshot",
    "NeighbourSummary",
    "NotAStoreError",
    "NotFoundError",
    "open",
    "Part",
    "Place",
    "Progress",
    "Query",
    "QuiverError",
    "ReadOnlyError",
    "RecallChoice",
    "RecallPoint",
    "Receipt",
    "RememberedEncoder",
    "repair",
    "RepairReport",
    "Reranking",
    "RerankingError",
    "Results",
    "Role",
    "RowOwner",
    "Rows",
    "Schema",
    "Scope",
    "SearchError",
    "SearchOptions",
    "sentences",
    "Snapshot",
    "Source",
    "Statistics",
    "Step",
    "Storage",
    "Store",
    "StoredDocument",
    "terms",
    "TextField",
    "Timestamp",
    "TooLargeError",
    "TrialPoint",
    "Tuning",
    "VectorError",
    "VectorField",
    "VectorIndexError",
    "Verification",
    "verify",
    "version",
]
