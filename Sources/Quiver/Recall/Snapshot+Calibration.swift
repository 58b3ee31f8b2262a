extension Snapshot {
    /// How well the indexes of a vector field find the nearest rows; `nil` if that has not been measured, or of other indexes.
    ///
    /// - Parameter vectorField: `nil` stands for the only one.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`.
    public func calibration(
        of vectorField: String? = nil
    ) throws(StoreError) -> RecallCalibration? {
        measured(try view.vectorField(orOnly: vectorField).id).currentCalibration
    }
}
