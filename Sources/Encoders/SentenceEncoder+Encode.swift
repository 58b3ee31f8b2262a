public import Quiver
import Synchronization
import Tensors
import Threads
import Tokenizers
import Transformers

extension SentenceEncoder {
    /// Encodes `texts`, one row each, in their order.
    ///
    /// Texts are taken a few thousand at a time, cut into tokens, sorted by length and packed without padding into
    /// batches that stay in a processor's second-level cache; each thread runs whole batches. So memory beyond
    /// the result does not grow with the number of texts. A row is the same, bit for bit, whatever the other
    /// texts and however many threads.
    ///
    /// - Parameters:
    ///   - texts: any lengths, in any order; cut at ``maximumTokenCount`` tokens.
    ///   - role: whether these are queries or documents: decides the prefix, where the model has any.
    ///   - threadCount: how many threads may work at once, the caller's included.
    ///   - progress: called from the caller's thread with the number of texts done so far. Return `false` to
    ///     cancel; the call then throws `CancellationError`.
    /// - Returns: `[texts.count × dimension]`, row-major.
    /// - Throws: ``EncoderError`` or `CancellationError`.
    public func encode(
        _ texts: [String],
        role: EncoderRole,
        threadCount: Int,
        progress: (_ textCount: Int) -> Bool
    ) throws -> [Float] {
        var rows: [Float] = []
        rows.reserveCapacity(texts.count * dimension)
        for begin in stride(from: 0, to: texts.count, by: Self.windowTextCount) {
            let end = min(begin + Self.windowTextCount, texts.count)
            let sequences = try tokens(of: texts[begin..<end], role: role, threadCount: threadCount)
            let window = EncodingWindow(
                sequences: sequences,
                dimension: dimension,
                threadCount: threadCount
            )
            // `progress` neither outlives this call nor leaves the caller's thread, which has index 0.
            withoutActuallyEscaping(progress) { progress in
                nonisolated(unsafe) let progress = progress
                concurrently(min(threadCount, window.batches.count)) { index in
                    self.run(window) { doneCount in index > 0 || progress(begin + doneCount) }
                }
            }
            rows.append(contentsOf: try window.finish())
        }
        return rows
    }

    /// Texts that are tokenized, sorted and batched together.
    private static var windowTextCount: Int { 4096 }

    /// Runs batches of `window` until none is left or `shouldContinue` says no.
    private func run(_ window: EncodingWindow, shouldContinue: (_ doneCount: Int) -> Bool) {
        var workspace = model.makeWorkspace(
            tokenCapacity: window.tokenCapacity,
            longestCapacity: window.longestCount
        )
        while let sequences = window.takeBatch() {
            var batch = RaggedBatch()
            for index in sequences { batch.append(window.sequences[index]) }
            do {
                try model.run(batch, in: &workspace)
            } catch {
                window.fail(EncoderError.model(error))
                return
            }
            let vectors = (0..<batch.count).map { position in
                var vector = pooling.pool(workspace, tokens: batch.range(of: position))
                if normalises { normaliseLength(of: &vector) }
                return vector
            }
            let doneCount = window.put(vectors, for: sequences)
            if !shouldContinue(doneCount) { window.fail(CancellationError()) }
        }
    }

    /// The tokens of each text, cut on several threads.
    private func tokens(
        of texts: ArraySlice<String>,
        role: EncoderRole,
        threadCount: Int
    ) throws -> [[Int32]] {
        // Below some hundred texts, starting a thread takes longer than cutting them.
        let shareCount = max(1, min(threadCount, texts.count / 256))
        let shares = Mutex<[Int: Result<[[Int32]], EncoderError>]>([:])
        concurrently(shareCount) { share in
            let begin = texts.startIndex + texts.count * share / shareCount
            let end = texts.startIndex + texts.count * (share + 1) / shareCount
            let result = Result { () throws(EncoderError) in
                try self.tokens(of: texts[begin..<end], role: role)
            }
            shares.withLock { $0[share] = result }
        }
        let results = shares.withLock { $0 }
        return try results.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
    }

    private func tokens(
        of texts: ArraySlice<String>,
        role: EncoderRole
    ) throws(EncoderError) -> [[Int32]] {
        let prefix = prefixes[role] ?? ""
        var sequences: [[Int32]] = []
        sequences.reserveCapacity(texts.count)
        for (index, text) in zip(texts.indices, texts) {
            let tokens: [Int32]
            do {
                tokens = try tokenizer.encode(
                    prefix.isEmpty ? text : prefix + text,
                    maximumTokenCount: maximumTokenCount
                )
            } catch {
                throw .tokenizer(error)
            }
            guard !tokens.isEmpty else { throw .noTokens(index: index) }
            sequences.append(tokens)
        }
        return sequences
    }
}
