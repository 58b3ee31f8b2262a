"""What tokens and what rows a text becomes in an encoder of `encoder/`'s kind, by the published definitions of BERT.

In float64, one text after the other, and without any of Quiver's code.
"""

from __future__ import annotations

import array
import dataclasses
import functools
import json
import math
import pathlib
import re
import unicodedata

from table import FOLDER

Row = list[float]


@dataclasses.dataclass
class Token:
    number: int
    start: int
    end: int


# ---- Tokens


class Tokenizer:
    """WordPiece behind BERT's cleaning of texts. Ideographs, which the cases have not, are not set apart."""

    def __init__(self, path: pathlib.Path) -> None:
        told = json.loads(path.read_text())
        self.vocabulary: dict[str, int] = told["model"]["vocab"]
        self.prefix: str = told["model"]["continuing_subword_prefix"]
        self.unknown = self.vocabulary[told["model"]["unk_token"]]
        added = "|".join(re.escape(token["content"]) for token in told["added_tokens"])
        self.added = re.compile(f"({added})")

    def tokens(self, text: str) -> list[Token]:
        """The tokens, each with the bytes of the text that it was made of."""
        found, place = [], 0
        for number, part in enumerate(self.added.split(text)):
            if number % 2:
                found.append(Token(self.vocabulary[part], place, place + len(part.encode())))
            else:
                for word in words(part, place):
                    found += self.pieces(word)
            place += len(part.encode())
        return found

    def pieces(self, word: list[tuple[str, int, int]]) -> list[Token]:
        found, first = [], 0
        while first < len(word):
            for last in range(len(word), first, -1):
                piece = "".join(character for character, _, _ in word[first:last])
                number = self.vocabulary.get(self.prefix + piece if first else piece)
                if number is not None:
                    found.append(Token(number, word[first][1], word[last - 1][2]))
                    first = last
                    break
            else:
                return [Token(self.unknown, word[0][1], word[-1][2])]
        return found


def words(text: str, place: int) -> list[list[tuple[str, int, int]]]:
    """The words of a text in lower case and without accents, each character with the bytes that it stands for."""
    found: list[list[tuple[str, int, int]]] = [[]]
    for character in text:
        start, place = place, place + len(character.encode())
        if character.isspace():
            found.append([])
            continue
        if unicodedata.category(character).startswith("C"):
            continue
        for part in unicodedata.normalize("NFD", character):
            if unicodedata.category(part) == "Mn":
                continue
            if is_punctuation(part):
                found += [[(part, start, place)], []]
            else:
                found[-1] += [(letter, start, place) for letter in part.lower()]
    return [word for word in found if word]


def is_punctuation(character: str) -> bool:
    # The signs of ASCII are punctuation to BERT, whatever Unicode says of them.
    is_sign = character.isascii() and character.isprintable() and not character.isalnum()
    return is_sign or unicodedata.category(character).startswith("P")


# ---- States


class Model:
    def __init__(self, folder: pathlib.Path) -> None:
        configuration = json.loads((folder / "config.json").read_text())
        assert configuration["hidden_act"] == "relu"
        self.layer_count: int = configuration["num_hidden_layers"]
        self.head_count: int = configuration["num_attention_heads"]
        self.position_count: int = configuration["max_position_embeddings"]
        self.epsilon: float = configuration.get("layer_norm_eps", 1e-12)
        self.tensors = tensors(folder / "model.safetensors")

    def states(self, tokens: list[int]) -> list[Row]:
        """The last hidden state of each token of a sequence."""
        names = ("word", "position", "token_type")
        embeddings = [self.tensors[f"embeddings.{name}_embeddings.weight"] for name in names]
        rows = [
            added(embeddings[0][token], embeddings[1][position], embeddings[2][0])
            for position, token in enumerate(tokens)
        ]
        rows = [self.normal("embeddings.LayerNorm", row) for row in rows]
        for layer in range(self.layer_count):
            rows = self.layer(f"encoder.layer.{layer}", rows)
        return rows

    def layer(self, name: str, rows: list[Row]) -> list[Row]:
        parts = [
            [self.linear(f"{name}.attention.self.{part}", row) for row in rows]
            for part in ("query", "key", "value")
        ]
        attended = self.attended(*parts)
        found = []
        for row, context in zip(rows, attended):
            update = self.linear(f"{name}.attention.output.dense", context)
            row = self.normal(f"{name}.attention.output.LayerNorm", added(row, update))
            wide = [max(0.0, x) for x in self.linear(f"{name}.intermediate.dense", row)]
            update = self.linear(f"{name}.output.dense", wide)
            found.append(self.normal(f"{name}.output.LayerNorm", added(row, update)))
        return found

    def attended(self, queries: list[Row], keys: list[Row], values: list[Row]) -> list[Row]:
        width = len(queries[0]) // self.head_count
        found: list[Row] = [[] for _ in queries]
        for head in range(self.head_count):
            part = slice(head * width, (head + 1) * width)
            for query, context in zip(queries, found):
                scores = [dot(query[part], key[part]) / math.sqrt(width) for key in keys]
                largest = max(scores)
                weights = [math.exp(score - largest) for score in scores]
                columns = zip(*(value[part] for value in values))
                context += [dot(weights, column) / math.fsum(weights) for column in columns]
        return found

    def linear(self, name: str, row: Row) -> Row:
        weights, biases = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return [dot(one, row) + bias for one, bias in zip(weights, biases)]

    def normal(self, name: str, row: Row) -> Row:
        mean = math.fsum(row) / len(row)
        variance = math.fsum((x - mean) ** 2 for x in row) / len(row)
        scale = math.sqrt(variance + self.epsilon)
        gains, biases = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return [(x - mean) / scale * gain + bias for x, gain, bias in zip(row, gains, biases)]


def tensors(path: pathlib.Path) -> dict[str, list]:
    """The tensors of a safetensors file, of numbers or of rows of them."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    found: dict[str, list] = {}
    for name, told in json.loads(data[8:start]).items():
        assert told["dtype"] == "F32"
        first, end = told["data_offsets"]
        numbers = array.array("f", data[start + first : start + end]).tolist()
        width = told["shape"][-1]
        rows = [numbers[at : at + width] for at in range(0, len(numbers), width)]
        found[name] = rows if len(told["shape"]) == 2 else numbers
    return found


def dot(one, other) -> float:
    return math.fsum(a * b for a, b in zip(one, other))


def added(*rows: Row) -> Row:
    return [math.fsum(numbers) for numbers in zip(*rows)]


# ---- Rows


class Encoder:
    """A folder, and how its model is used."""

    def __init__(
        self,
        folder: str,
        mode: str = "sentences",
        special_tokens: bool = False,
        maximum_tokens: int | None = None,
        prefix_dimension: int | None = None,
    ) -> None:
        path = FOLDER / folder
        self.folder, self.mode, self.special_tokens = folder, mode, special_tokens
        self.maximum_tokens, self.prefix_dimension = maximum_tokens, prefix_dimension
        self.tokenizer = Tokenizer(path / "tokenizer.json")
        self.model = Model(path)
        modules = [one["type"].split(".")[-1] for one in read(path / "modules.json", [])]
        assert modules[:2] in ([], ["Transformer", "Pooling"])
        pooling = read(path / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
        [self.pooling] = [name for name, value in pooling.items() if value is True]
        self.normalises = "Normalize" in modules
        prompts = read(path / "config_sentence_transformers.json", {"prompts": {}})["prompts"]
        self.prompts: dict[str, str] = {"query": "", "document": "", **prompts}
        length = read(path / "sentence_bert_config.json", {}).get("max_seq_length", math.inf)
        self.length = int(min(maximum_tokens or length, self.model.position_count))

    @property
    def dimension(self) -> int:
        width = len(self.model.tensors["embeddings.LayerNorm.bias"])
        return self.prefix_dimension or width

    @property
    def columns(self) -> dict[str, str]:
        names = ("token", "position", "start", "end") if self.mode == "tokens" else ()
        return dict.fromkeys(names, "int32")

    @property
    def location(self) -> str:
        """Folder and settings, as a collection remembers them."""
        settings = []
        if self.special_tokens:
            settings.append("special=true")
        if self.maximum_tokens:
            settings.append(f"length={self.maximum_tokens}")
        if self.prefix_dimension:
            settings.append(f"prefix={self.prefix_dimension}")
        if self.mode == "sentences" and not settings:
            return self.folder
        return f"{self.folder}#" + "&".join([f"mode={self.mode}", *settings])

    def encoded(self, text: str, role: str) -> dict:
        """The rows of a text, to more digits than float32 has, the numbers beside them, and how many tokens were read."""
        prompt = self.prompts[role]
        shift = len(prompt.encode())
        room = self.length - 2
        tokens = self.tokenizer.tokens(prompt + text)
        # Tokens of the prompt alone are none of the text's.
        own = sum(token.end <= shift for token in tokens[:room])
        first, last = self.tokenizer.vocabulary["[CLS]"], self.tokenizer.vocabulary["[SEP]"]
        end = len((prompt + text).encode())
        tokens = [Token(first, 0, 0), *tokens[:room], Token(last, end, end)]
        states = self.model.states([token.number for token in tokens])
        if self.mode == "sentences":
            rows, kept = [self.pooled(states)], range(1)
        else:
            kept = range(len(tokens)) if self.special_tokens else range(1 + own, len(tokens) - 1)
            rows = [states[at][: self.dimension] for at in kept]
        numbers = {
            "token": [tokens[at].number for at in kept],
            "position": list(kept),
            "start": [max(0, tokens[at].start - shift) for at in kept],
            "end": [max(0, tokens[at].end - shift) for at in kept],
        }
        return {
            "rows": [[round(x, 9) for x in row] for row in rows],
            "columns": {name: numbers[name] for name in self.columns},
            "token_count": len(tokens),
        }

    def pooled(self, states: list[Row]) -> Row:
        if self.pooling == "pooling_mode_cls_token":
            row = states[0]
        else:
            assert self.pooling == "pooling_mode_mean_tokens"
            row = [total / len(states) for total in added(*states)]
        row = row[: self.dimension]
        length = math.sqrt(dot(row, row)) if self.normalises else 1
        return [x / length for x in row]


def read(path: pathlib.Path, default):
    return json.loads(path.read_text()) if path.exists() else default


@functools.cache
def _opened(settings: tuple) -> Encoder:
    return Encoder(**dict(settings))


def opened(told: dict) -> Encoder:
    """The encoder of a folder and settings that a case tells."""
    return _opened(tuple(sorted(told.items())))
