"""What ann-benchmarks asks of an algorithm, so that the same modules run there and here."""


class BaseANN:
    def fit(self, X):
        """Builds an index of the rows of X, float32."""
        raise NotImplementedError

    def set_query_arguments(self, *arguments):
        """What a run group's `query_args` say of the queries that follow."""

    def query(self, v, n):
        """The numbers of about the n rows that are nearest to v."""
        raise NotImplementedError

    def done(self):
        """Frees what `fit` made."""
