"""What every engine does: builds once, opens, and answers one query at a time."""

# Parameters that are tuned take one of these values: each a quarter more than the one before, about.
LADDER = (10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512)
LADDER += (640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192)
# Of 1,024 lists.
LISTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256, 384, 512, 768, 1024)
BATCH = 1000


class Method:
    """A way to search: what stays the same, and the parameter that is tuned, if there is one, cheapest value first."""

    def __init__(self, name, parameter=None, values=(None,), **settings):
        self.settings = {"method": name} | settings
        self.parameter, self.values = parameter, values

    def description(self):
        return {"settings": self.settings, "parameter": self.parameter, "values": self.values}


class Base:
    # A name and, for each, the settings that it changes: measured beside the tuned one.
    EXTRAS = {}
    # Whether what was built may be used again.
    KEPT = True

    def __init__(self, folder, variant, dataset):
        self.folder, self.variant, self.dataset = folder, variant, dataset

    def version(self):
        raise NotImplementedError

    def description(self):
        """The indexes, in words."""
        raise NotImplementedError

    def build(self):
        """Makes everything under the folder, which is there and empty."""
        raise NotImplementedError

    def open(self):
        raise NotImplementedError

    def methods(self):
        raise NotImplementedError

    def query(self, vector):
        """A query as the engine takes it, made before the clock starts."""
        return vector

    def filter(self, conditions):
        """A filter as the engine takes it, a text mostly, made before the clock starts. Parsing it is the engine's work."""
        raise NotImplementedError

    def configure(self, settings):
        """Done once before searches with these settings."""

    def search(self, query, filter, k, settings):
        """What the engine gives for k hits: this is what the clock measures."""
        raise NotImplementedError

    def rows(self, answer):
        """The numbers of the rows in it, after the clock has stopped."""
        return answer

    def records(self):
        """Batches of row number and fields as plain Python values, beside the rows' vectors."""
        count = len(self.dataset.base)
        for begin in range(0, count, BATCH):
            rows = range(begin, min(begin + BATCH, count))
            columns = {name: values[begin : begin + BATCH].tolist() for name, values in self.dataset.fields.items()}
            fields = [dict(zip(columns, values)) for values in zip(*columns.values())]
            yield rows, fields, self.dataset.base[begin : begin + BATCH]
