"""A folder with a random model of 12 numbers a row, whose tokens are the letters a to j."""

import json
import pathlib

import numpy

LETTERS = "abcdefghij"


def make_encoder(folder: pathlib.Path, seed: int = 1) -> pathlib.Path:
    """Makes the folder, with weights that follow from `seed`."""
    folder.mkdir()
    config = {
        "model_type": "bert",
        "hidden_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "intermediate_size": 20,
        "hidden_act": "relu",
        "vocab_size": 30,
        "max_position_embeddings": 40,
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer()))
    _write_weights(folder / "model.safetensors", seed)
    return folder


def _tokenizer() -> dict:
    special = ["[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: number for number, word in enumerate(special)}
    for number, letter in enumerate(LETTERS):
        vocabulary[letter] = 5 + number
        vocabulary["##" + letter] = 15 + number
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}

    def part(kind: str, name: str, type_id: int) -> dict:
        return {kind: {"id": name, "type_id": type_id}}

    single = [
        part("SpecialToken", "[CLS]", 0),
        part("Sequence", "A", 0),
        part("SpecialToken", "[SEP]", 0),
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "special": True, "content": word, **flags}
            for number, word in enumerate(special)
        ],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, part("Sequence", "B", 1), part("SpecialToken", "[SEP]", 1)],
            "special_tokens": {
                word: {"id": word, "ids": [vocabulary[word]], "tokens": [word]}
                for word in special[1:]
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    }


def _write_weights(path: pathlib.Path, seed: int) -> None:
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (30, 12),
        "embeddings.position_embeddings.weight": (40, 12),
        "embeddings.token_type_embeddings.weight": (2, 12),
    }

    def linear(name: str, rows: int, *columns: int) -> None:
        shapes[f"{name}.weight"] = (rows, *columns)
        shapes[f"{name}.bias"] = (rows,)

    linear("embeddings.LayerNorm", 12)
    for layer in range(2):
        prefix = f"encoder.layer.{layer}"
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            linear(f"{prefix}.attention.{name}", 12, 12)
        linear(f"{prefix}.intermediate.dense", 20, 12)
        linear(f"{prefix}.output.dense", 12, 20)
        linear(f"{prefix}.attention.output.LayerNorm", 12)
        linear(f"{prefix}.output.LayerNorm", 12)
    generator = numpy.random.default_rng(seed)
    header, parts, place = {}, [], 0
    for name, shape in shapes.items():
        part = generator.uniform(-0.8, 0.8, shape).astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(shape),
            "data_offsets": [place, place + len(part)],
        }
        place += len(part)
        parts.append(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
