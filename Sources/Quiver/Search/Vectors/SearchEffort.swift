/// How thoroughly rows are looked for.
enum SearchEffort: Sendable, Hashable {
    /// With the request's settings.
    case asRequested
    /// Every row is compared.
    case exact
    /// The indexes' own settings are multiplied.
    ///
    /// - Parameter absent: a row that graphs are searched without.
    case factor(Double, absent: AbsentRow? = nil)

    /// A row by its segment's place in the view.
    struct AbsentRow: Sendable, Hashable {
        let segment: Int
        let row: UInt32
    }

    /// - Parameter isFiltered: what few rows alone may be found by has been measured at effort 1 and not below.
    func factor(isFiltered: Bool) -> Double {
        guard case .factor(let factor, _) = self else { return 1 }
        return isFiltered ? max(1, factor) : factor
    }

    func absentRow(ofSegment place: Int) -> UInt32? {
        guard case .factor(_, let absent?) = self, absent.segment == place else { return nil }
        return absent.row
    }
}
