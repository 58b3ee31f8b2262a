import Quiver
import Synchronization
import Tensors
import Threads
import Tokenizers
import Transformers

extension EncoderModel {
    /// How an encoder cuts texts into tokens and what it makes of their states.
    struct Plan: Sendable {
        let kind: RowKind
        /// Numbers in a row.
        let dimension: Int
        let maximumTokenCount: Int
        let prefix: String
        /// Whether special tokens become rows.
        let keepsSpecialTokens: Bool
    }

    /// Texts and what was made of them.
    struct Encoded {
        var rows: [Float] = []
        var texts: [TokenizedText] = []
    }

    /// Encodes `texts` in their order.
    ///
    /// Texts are taken some thousand at a time, cut into tokens, sorted by length and packed without padding into
    /// batches that stay in a processor's second-level cache; each thread runs whole batches. So memory beyond
    /// the result does not grow with the number of texts. A row is the same, bit for bit, whatever the other
    /// texts and however many threads.
    func encode(
        _ texts: [String],
        _ plan: Plan,
        _ request: EncodingRequest,
        progress: (_ textCount: Int) -> Bool
    ) throws -> Encoded {
        var encoded = Encoded()
        encoded.texts.reserveCapacity(texts.count)
        for begin in stride(from: 0, to: texts.count, by: plan.kind.windowTextCount) {
            let end = min(begin + plan.kind.windowTextCount, texts.count)
            let window = EncodingWindow(
                texts: try tokens(of: texts[begin..<end], plan, threadCount: request.threadCount),
                kind: plan.kind,
                dimension: plan.dimension,
                tokenBudget: request.tokenBudget,
                threadCount: request.threadCount
            )
            // `progress` neither outlives this call nor leaves the caller's thread, which has index 0.
            withoutActuallyEscaping(progress) { progress in
                nonisolated(unsafe) let progress = progress
                concurrently(min(request.threadCount, window.batches.count)) { index in
                    self.run(window, plan) { doneCount in index > 0 || progress(begin + doneCount) }
                }
            }
            let rows = try window.finish()
            if end == texts.count, begin == 0 {
                encoded.rows = rows
            } else {
                encoded.rows += rows
            }
            encoded.texts += window.texts
        }
        return encoded
    }

    /// Runs batches of `window` until none is left or `shouldContinue` says no.
    private func run(
        _ window: EncodingWindow,
        _ plan: Plan,
        shouldContinue: (_ doneCount: Int) -> Bool
    ) {
        var workspace = bert.makeWorkspace(
            tokenCapacity: window.tokenCapacity,
            longestCapacity: window.longestCount
        )
        var scratch = plan.kind.makeScratch(tokenCapacity: window.tokenCapacity)
        while let indices = window.takeBatch() {
            let texts = indices.map { window.texts[$0] }
            var batch = RaggedBatch()
            for text in texts { batch.append(text.ids) }
            do {
                try bert.run(batch, in: &workspace)
            } catch {
                window.fail(EncoderError.model(error))
                return
            }
            let rows = plan.kind.rows(
                of: texts,
                batch,
                dimension: plan.dimension,
                in: workspace,
                &scratch
            )
            let doneCount = window.put(rows, for: indices)
            if !shouldContinue(doneCount) { window.fail(CancellationError()) }
        }
    }

    /// The tokens of each text, cut on several threads.
    private func tokens(
        of texts: ArraySlice<String>,
        _ plan: Plan,
        threadCount: Int
    ) throws -> [TokenizedText] {
        // Below some hundred texts, starting a thread takes longer than cutting them.
        let shareCount = max(1, min(threadCount, texts.count / 256))
        let shares = Mutex<[Int: Result<[TokenizedText], EncoderError>]>([:])
        concurrently(shareCount) { share in
            let begin = texts.startIndex + texts.count * share / shareCount
            let end = texts.startIndex + texts.count * (share + 1) / shareCount
            let result = Result { () throws(EncoderError) in
                try self.tokens(of: texts[begin..<end], plan)
            }
            shares.withLock { $0[share] = result }
        }
        let results = shares.withLock { $0 }
        return try results.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
    }

    private func tokens(
        of texts: ArraySlice<String>,
        _ plan: Plan
    ) throws(EncoderError) -> [TokenizedText] {
        var found: [TokenizedText] = []
        found.reserveCapacity(texts.count)
        for (index, text) in zip(texts.indices, texts) {
            let prefixed = plan.prefix.isEmpty ? text : plan.prefix + text
            do {
                switch plan.kind {
                case .pooled:
                    let ids = try tokenizer.encode(
                        prefixed,
                        maximumTokenCount: plan.maximumTokenCount
                    )
                    found.append(TokenizedText(ids: ids))
                case .tokens:
                    found.append(
                        TokenizedText(
                            tokens: try tokenizer.tokens(
                                of: prefixed,
                                maximumTokenCount: plan.maximumTokenCount
                            ),
                            prefixByteCount: plan.prefix.utf8.count,
                            keepsSpecialTokens: plan.keepsSpecialTokens
                        )
                    )
                }
            } catch {
                throw .tokenizer(error)
            }
            // A mean over nothing is no vector; no rows are fine where rows are tokens.
            if case .pooled = plan.kind, found.last?.ids.isEmpty == true {
                throw .noTokens(index: index)
            }
        }
        return found
    }
}

extension RowKind {
    /// Texts that are tokenized, sorted and batched together: fewer where each becomes many rows.
    fileprivate var windowTextCount: Int {
        switch self {
        case .pooled: 4096
        case .tokens: 512
        }
    }
}
