/// The meta pages of a data file, looked at before LMDB does.
enum DataFileHeader {
    static func check(path: String, mayBeEmpty: Bool) throws(LMDBError) {}
}
