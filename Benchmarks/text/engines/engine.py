"""What every engine does: builds, opens, and answers one query at a time."""

import re

# Without apostrophes, behind which most engines end a word.
WORD = re.compile(r"[^\W_]+")


class Base:
    def __init__(self, folder, variant, corpus):
        self.folder, self.variant, self.corpus = folder, variant, corpus

    def version(self):
        raise NotImplementedError

    def description(self):
        """What it was given, in words."""
        raise NotImplementedError

    def build(self):
        """Makes everything under the folder, which is there and empty."""
        raise NotImplementedError

    def open(self):
        raise NotImplementedError

    def query(self, text):
        """A query as the engine takes it, made before the clock starts. Its words are the engine's to find."""
        return text

    def search(self, query, k):
        """The keys of the best k, the best first, in the form in which the engine gives them: this is what is timed."""
        raise NotImplementedError

    def rows(self, answer):
        """The numbers of the rows in it, after the clock has stopped."""
        return list(answer)

    def inside(self):
        """Nanoseconds that the last search took inside the engine, as it says itself; nothing if it says none."""
        return None
