import Indexes

extension VectorSearch {
    /// The recall that is asked for.
    var recall: Double? {
        guard job.request.settings.isEmpty else { return nil }
        return job.request.recall ?? (job.request.followsCollection ? view.record.recall : nil)
    }

    private var recallID: RecallKnowledge.FieldID {
        .init(collection: view.collectionID, field: field.id)
    }

    func choice(for recall: Double, k: Int, of queries: [Query]) -> RecallChoice {
        if recall >= 1 { return RecallChoice(recall: recall, basis: nil, effort: nil) }
        // Of rows that are others than those measured, nothing is known.
        let measured = job.snapshot.measured(field.id)
        guard let calibration = measured.currentCalibration else {
            // Who did not ask for it is not to wait for it.
            let effort = job.request.recall == nil ? 1.0 : nil
            return RecallChoice(recall: recall, basis: nil, effort: effort)
        }
        // Among the nearest of all rows that were measured the nearest live ones lie so much farther behind, and a walk comes by
        // the others for nothing. Lists are visited in proportion to what is dead in any case.
        let isGraph = field.field.index.fileKind == .graph
        let share = isGraph ? max(0.01, measured.liveShare) : 1
        let choice = job.snapshot.recall.choice(
            for: recall,
            k: Int((Double(k) / share).rounded(.up)),
            of: queries[0].vector,
            calibration,
            recallID
        )
        return RecallChoice(
            recall: recall,
            basis: choice.basis,
            effort: choice.effort.map { $0 * share }
        )
    }

    func observe(
        _ queries: [Query],
        _ found: [[Candidate]],
        _ selections: SearchSelections
    ) {
        // What some rows alone are near to does not tell what a query is like.
        guard selections.saysNothing,
            let calibration = job.snapshot.measured(field.id).currentCalibration
        else { return }
        for (query, candidates) in zip(queries, found) {
            job.snapshot.recall.observe(
                query.vector,
                nearest: candidates.first?.distance,
                calibration,
                recallID,
                isKept: job.request.keepsQueries
            )
        }
    }
}
