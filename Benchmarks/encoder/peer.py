"""One of the encoders that ours is compared with; answers one request a line, as quiver-bench-encoder does.

    peer.py torch|onnx ENCODER TEXTS THREADS
"""

import json
import pathlib
import sys
import time

BATCHES = [8, 16, 32, 64]


class Torch:
    """sentence-transformers on PyTorch float32. It sorts by length itself."""

    def __init__(self, folder, threads):
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self.model = SentenceTransformer(folder, device="cpu")

    def encode(self, texts, batch):
        return self.model.encode(texts, batch_size=batch, convert_to_numpy=True, show_progress_bar=False)

    def kernels(self):
        import sentence_transformers
        import torch

        capability = torch.backends.cpu.get_cpu_capability()
        return {"version": f"{sentence_transformers.__version__} on torch {torch.__version__}", "kernels": capability}


class ONNX:
    """ONNX Runtime float32 over batches sorted by length, tokens by the `tokenizers` package."""

    def __init__(self, folder, threads):
        import numpy
        import onnxruntime
        from tokenizers import Tokenizer

        folder = pathlib.Path(folder)
        self.numpy = numpy
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
        self.tokenizer.enable_truncation(limit)
        self.tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(
            optimised(export(folder), folder), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = {value.name for value in self.session.get_inputs()}

    def encode(self, texts, batch):
        numpy = self.numpy
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        rows = None
        for begin in range(0, len(order), batch):
            part = order[begin : begin + batch]
            encodings = self.tokenizer.encode_batch([texts[index] for index in part])
            ids = numpy.array([encoding.ids for encoding in encodings], dtype=numpy.int64)
            mask = numpy.array([encoding.attention_mask for encoding in encodings], dtype=numpy.int64)
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
            states = self.session.run(None, {key: feed[key] for key in self.inputs})[0]
            weights = mask[:, :, None].astype(numpy.float32)
            means = (states * weights).sum(axis=1) / weights.sum(axis=1)
            means /= numpy.linalg.norm(means, axis=1, keepdims=True)
            if rows is None:
                rows = numpy.empty((len(texts), means.shape[1]), dtype=numpy.float32)
            rows[part] = means
        return rows

    def kernels(self):
        import onnxruntime

        return {"version": onnxruntime.__version__}


def export(folder):
    """The model as ONNX, beside this program; made once a model."""
    import hashlib

    import torch
    import transformers

    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()[:16]
    path = pathlib.Path(__file__).resolve().parent / ".build" / f"{weights}.onnx"
    if path.exists():
        return path
    path.parent.mkdir(exist_ok=True)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in names}

    class States(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, token_type_ids):
            return self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state

    with torch.no_grad():
        torch.onnx.export(
            States(),
            tuple(example[name] for name in names),
            str(path),
            input_names=names,
            output_names=["states"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names + ["states"]},
            opset_version=17,
            dynamo=False,
        )
    return path


def optimised(path, folder):
    """The model with ONNX Runtime's own fusions for transformers, where they apply."""
    target = path.with_suffix(".optimised.onnx")
    if not target.exists():
        from onnxruntime.transformers import optimizer

        configuration = json.loads((folder / "config.json").read_text())
        model = optimizer.optimize_model(
            str(path),
            model_type="bert",
            num_heads=configuration["num_attention_heads"],
            hidden_size=configuration["hidden_size"],
        )
        print("fused:", model.get_fused_operator_statistics(), file=sys.stderr)
        model.save_model_to_file(str(target))
    return str(target)


def main():
    kind, folder, path, threads = sys.argv[1:]
    encoder = (Torch if kind == "torch" else ONNX)(folder, int(threads))
    texts = pathlib.Path(path).read_text(encoding="utf-8").split("\n")[:-1]
    sample = texts[:: max(1, len(texts) // 400)]
    rates = {}
    for batch in BATCHES:
        encoder.encode(sample[:64], batch)
        begin = time.perf_counter()
        encoder.encode(sample, batch)
        rates[batch] = len(sample) / (time.perf_counter() - begin)
    best = max(rates, key=rates.get)
    for line in sys.stdin:
        request, _, argument = line.strip().partition(" ")
        if request == "kernels":
            answer = {**encoder.kernels(), "batch": best, "batches_tried": rates}
        else:
            begin, cpu = time.perf_counter(), time.process_time()
            rows = encoder.encode(texts, best)
            answer = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - cpu}
            if argument:
                rows.astype("float32").tofile(argument)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
