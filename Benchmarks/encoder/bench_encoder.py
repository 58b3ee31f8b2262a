"""The encoder against sentence-transformers and ONNX Runtime: texts a second, in one run, on the same threads.

Contenders take turns, round after round, each in a process of its own that sleeps while the others work, with
OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE unset. The peers get their texts sorted by length and the best of several
batch sizes, tried beforehand. Every contender's rows are compared with sentence-transformers'.

    bench_encoder.py --encoder DIR --driver PROGRAM [--texts 2000] [--threads 2] [--rounds 5] [--json OUT]
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "wordnet"))

TARGET = 1.5


class Contender:
    """A process that answers one request a line with a line of JSON."""

    def __init__(self, name, command, threads):
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "QUIVER_SIMD")
        }
        environment |= {"OMP_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"}
        environment |= {"RAYON_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer to '{request}'")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def operations(token_counts, configuration):
    """Floating-point operations of the encoder's products over texts of so many tokens, no padding counted."""
    width, wide = configuration["hidden_size"], configuration["intermediate_size"]
    layers = configuration["num_hidden_layers"]
    return sum(
        layers * (2 * count * (4 * width * width + 2 * width * wide) + 4 * count * count * width)
        for count in token_counts
    )


def token_counts(encoder, texts):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    limit = json.loads((encoder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]


def cosines(left, right):
    import numpy

    norms = numpy.linalg.norm(left, axis=1) * numpy.linalg.norm(right, axis=1)
    return (left * right).sum(axis=1) / norms


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--encoder", type=pathlib.Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--driver", required=True, help="quiver-bench-encoder")
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=pathlib.Path, help="where to write the figures")
    options = parser.parse_args()

    import numpy
    import wordnet

    texts = [synset.definition for synset in wordnet.synsets()]
    texts = random.Random(options.seed).sample(texts, min(options.texts, len(texts)))
    configuration = json.loads((options.encoder / "config.json").read_text())
    counts = token_counts(options.encoder, texts)
    flop = operations(counts, configuration)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "texts.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
        arguments = [str(options.encoder), str(folder / "texts.txt"), str(options.threads)]
        peer = [sys.executable, str(HERE / "peer.py")]
        contenders = [
            Contender("quiver", [options.driver, *arguments], options.threads),
            Contender("sentence-transformers", [*peer, "torch", *arguments], options.threads),
            Contender("onnxruntime", [*peer, "onnx", *arguments], options.threads),
        ]
        kernels = {contender.name: contender.ask("kernels") for contender in contenders}
        products = contenders[0].ask("gemm")["products"]

        rows = {}
        for contender in contenders:
            path = folder / contender.name
            contender.ask(f"write {path}")
            rows[contender.name] = numpy.fromfile(path, dtype=numpy.float32).reshape(len(texts), -1)

        rounds = {contender.name: [] for contender in contenders}
        for number in range(options.rounds):
            # Each round begins with another contender.
            first = number % len(contenders)
            for contender in contenders[first:] + contenders[:first]:
                rounds[contender.name].append(contender.ask("encode"))
        for contender in contenders:
            contender.close()

    report = {
        "texts": len(texts),
        "tokens": sum(counts),
        "seed": options.seed,
        "threads": options.threads,
        "processor": processor(),
        "operations": flop,
        "gemm_one_thread": products,
        "contenders": {},
    }
    for name, answers in rounds.items():
        seconds = statistics.median(answer["seconds"] for answer in answers)
        agreement = cosines(rows[name], rows["sentence-transformers"])
        report["contenders"][name] = {
            **kernels[name],
            "seconds": [answer["seconds"] for answer in answers],
            "cpu_seconds": [answer["cpu_seconds"] for answer in answers],
            "texts_per_second": len(texts) / seconds,
            "flops": flop / seconds,
            "smallest_cosine": float(agreement.min()),
        }
    # Ratios within a round, so that a change of the machine's load between rounds cancels. Processor time says more
    # than time on a machine that others use, but counts the peers' waiting loops too.
    for kind, field in [("ratios", "seconds"), ("cpu_ratios", "cpu_seconds")]:
        ours = report["contenders"]["quiver"][field]
        report[kind] = {
            name: statistics.median(theirs / our for our, theirs in zip(ours, figures[field]))
            for name, figures in report["contenders"].items()
            if name != "quiver"
        }
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    if report["ratios"]["sentence-transformers"] < TARGET:
        raise SystemExit(f"below {TARGET}x sentence-transformers")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def show(report):
    print(f"{report['texts']} WordNet definitions, {report['tokens']} tokens, {report['threads']} threads")
    print(f"{report['processor']}; {report['operations'] / 1e9:.0f} GFLOP without padding")
    print()
    print(f"{'':24}{'texts/s':>10}{'GFLOP/s':>10}{'CPU s':>8}{'cosine ≥':>12}  kernels")
    for name, figures in report["contenders"].items():
        cpu = statistics.median(figures["cpu_seconds"])
        described = ", ".join(f"{key} {value}" for key, value in figures.items() if isinstance(value, str))
        batch = f", batch {figures['batch']}" if "batch" in figures else ""
        print(
            f"{name:24}{figures['texts_per_second']:10.0f}{figures['flops'] / 1e9:10.0f}{cpu:8.1f}"
            f"{figures['smallest_cosine']:12.7f}  {described}{batch}"
        )
    print()
    for name, ratio in report["ratios"].items():
        print(f"quiver / {name}: {ratio:.2f}x, in processor time {report['cpu_ratios'][name]:.2f}x")
    print()
    print("products on one thread, GFLOP/s:   ours  OpenBLAS")
    for product in report["gemm_one_thread"]:
        shape = f"{product['rows']} x {product['depth']} x {product['columns']}"
        print(f"{shape:>30}  {product['ours'] / 1e9:7.0f}  {product['openblas'] / 1e9:8.0f}")


if __name__ == "__main__":
    main()
