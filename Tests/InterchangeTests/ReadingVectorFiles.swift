import Files
import Interchange
import Quiver
import TestSupport
import Testing

@Suite struct `Reading vector files` {
    private let folder = TemporaryDirectory()
    private let rows: [Float] = [1, -2.5, 3, 0, .pi, 65504]

    private func file(_ name: String, _ bytes: [UInt8]) throws -> VectorFile {
        try VectorFile(path: try folder.write(bytes, to: name))
    }

    private func refused(_ name: String, _ bytes: [UInt8], as problem: VectorFileProblem) throws {
        let path = try folder.write(bytes, to: name)
        #expect(throws: InterchangeError.vectors(file: path, problem: problem)) {
            let file = try VectorFile(path: path)
            _ = try file.rows(0..<file.count)
        }
    }

    @Test(arguments: [UInt8(1), 2, 3])
    func `npy of every version gives back its rows`(version: UInt8) throws {
        let bytes = npy(npyHeader("<f4", "(2, 3)"), littleEndian(rows), version: version)
        let file = try file("a.npy", bytes)
        #expect(file.count == 2 && file.dimension == 3)
        #expect(try file.rows(0..<2) == rows)
        #expect(try file.rows(1..<2) == Array(rows[3...]))
        #expect(try file.rows(2..<2) == [])
    }

    @Test func `npy of float16 and float64 is converted`() throws {
        let halves = rows.map { Float16($0).bitPattern }
        let half = try file("h.npy", npy(npyHeader("<f2", "(3, 2)"), littleEndian(halves)))
        #expect(try half.rows(0..<3) == rows.map { Float(Float16($0)) })
        let doubles = rows.map { Double($0).bitPattern }
        let double = try file("d.npy", npy(npyHeader("<f8", "(2, 3)"), littleEndian(doubles)))
        #expect(try double.rows(0..<2) == rows)
    }

    @Test func `a header in another order and spacing is read`() throws {
        let header = "{ \"shape\":(2,3L) ,'fortran_order' : False,'descr':'<f4'}"
        #expect(try file("s.npy", npy(header, littleEndian(rows))).count == 2)
    }

    @Test func `npy without rows is read`() throws {
        #expect(try file("e.npy", npy(npyHeader("<f4", "(0, 3)"), [])).count == 0)
    }

    @Test func `fvecs and fbin give back their rows`() throws {
        let dimension = littleEndian([Int32(3)])
        let first = dimension + littleEndian(Array(rows[..<3]))
        let fvecs = try file("a.fvecs", first + dimension + littleEndian(Array(rows[3...])))
        #expect(fvecs.count == 2 && fvecs.dimension == 3)
        #expect(try fvecs.rows(0..<2) == rows)
        #expect(try fvecs.rows(1..<2) == Array(rows[3...]))
        let fbin = try file("a.fbin", littleEndian([Int32(2), 3]) + littleEndian(rows))
        #expect(fbin.count == 2 && fbin.dimension == 3)
        #expect(try fbin.rows(1..<2) == Array(rows[3...]))
    }

    @Test func `rows become documents whose keys are the row numbers`() throws {
        let fbin = try file("a.fbin", littleEndian([Int32(3), 2]) + littleEndian(rows))
        let documents = VectorDocuments(fbin, vectorField: "rows")
        let first = try documents.read(upTo: 2)
        #expect(first.map(\.key) == [0, 1])
        #expect(first.map { $0.vectors["rows"]?.numbers } == [[1, -2.5], [3, 0]])
        #expect(
            first.map(\.position.description) == ["\(fbin.path), row 0", "\(fbin.path), row 1"]
        )
        #expect(try documents.read(upTo: 2).map(\.key) == [2])
        #expect(try documents.read(upTo: 2).isEmpty)
        #expect(documents.consumedByteCount == fbin.byteCount)
    }

    @Test func `an npy file of bools is rows of bits`() throws {
        let bits: [UInt8] = [1, 0, 0, 0, 1, 1]
        let matrix = try file("b.npy", npy(npyHeader("|b1", "(2, 3)"), bits))
        #expect(matrix.dimension == 3)
        #expect(try matrix.rows(0..<2) == [1, 0, 0, 0, 1, 1])
    }

    @Test func `what npy cannot be is refused by name`() throws {
        let data = littleEndian(rows)
        try refused(
            "f.npy",
            npy(npyHeader("<f4", "(2, 3)", fortran: "True"), data),
            as: .fortranOrder
        )
        for type in [">f4", "<i4", "|u1", "<U3", "|O"] {
            try refused("t.npy", npy(npyHeader(type, "(2, 3)"), data), as: .unsupportedType(type))
        }
        try refused(
            "r.npy",
            npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", data),
            as: .unsupportedType("[('x', '<f4')]")
        )
        try refused("1.npy", npy(npyHeader("<f4", "(6,)"), data), as: .wrongShape([6]))
        try refused("0.npy", npy(npyHeader("<f4", "()"), data), as: .wrongShape([]))
        try refused("3.npy", npy(npyHeader("<f4", "(1, 2, 3)"), data), as: .wrongShape([1, 2, 3]))
        try refused(
            "v.npy",
            npy(npyHeader("<f4", "(2, 3)"), data, version: 9),
            as: .unsupportedVersion(major: 9, minor: 0)
        )
        try refused(
            "n.npy",
            Array("PK\u{3}\u{4} and more bytes".utf8),
            as: .notThisFormat(
                format: ".npy",
                reason: "it does not begin with the bytes 93 'NUMPY'"
            )
        )
    }

    @Test func `lengths that contradict the header are refused`() throws {
        let whole = npy(npyHeader("<f4", "(2, 3)"), littleEndian(rows))
        try refused(
            "s.npy",
            whole.dropLast(),
            as: .wrongLength(expected: whole.count, found: whole.count - 1)
        )
        try refused(
            "l.npy",
            whole + [0],
            as: .wrongLength(expected: whole.count, found: whole.count + 1)
        )
        try refused(
            "s.fbin",
            littleEndian([Int32(2), 3, 0]),
            as: .wrongLength(expected: 32, found: 12)
        )
        try refused(
            "s.fvecs",
            littleEndian([Int32(1), 0, 1, 0, 1]),
            as: .truncatedRow(row: 2)
        )
    }

    @Test func `sizes that no file can have are refused`() throws {
        let sizes = 1...65_536
        func dimension(_ found: Int) -> VectorFileProblem {
            .invalidSize(what: "the dimension", found: found, allowed: sizes)
        }
        try refused("d.fvecs", littleEndian([Int32(-5)]), as: dimension(-5))
        try refused("z.fvecs", littleEndian([Int32(0)]), as: dimension(0))
        try refused("d.fbin", littleEndian([Int32(1), 65_537]), as: dimension(65_537))
        try refused("d.npy", npy(npyHeader("<f4", "(3, 0)"), []), as: dimension(0))
        try refused(
            "n.fbin",
            littleEndian([Int32(-1), 3]),
            as: .invalidSize(
                what: "the number of rows",
                found: -1,
                allowed: 0...Int.max / 12 - 8
            )
        )
        let path = try folder.write(
            npy(npyHeader("<f8", "(9223372036854775807, 65536)"), []),
            to: "o.npy"
        )
        #expect(throws: InterchangeError.self) { try VectorFile(path: path) }
    }

    @Test func `an fvecs row of another dimension is named`() throws {
        let bytes = littleEndian([Int32(1), 0, 2, 0])
        try refused("r.fvecs", bytes, as: .rowDimension(row: 1, expected: 1, found: 2))
    }

    @Test func `a float64 beyond float32 is named, not made infinite`() throws {
        let data = littleEndian([1, -1e300].map(\.bitPattern))
        try refused(
            "o.npy",
            npy(npyHeader("<f8", "(1, 2)"), data),
            as: .outOfRange(row: 0, position: 1, value: -1e300)
        )
    }

    @Test func `a file that cannot be opened, and one of no known kind, are named`() throws {
        let missing = folder.file("missing.npy")
        #expect(
            throws: InterchangeError.file(.system(operation: "open", path: missing, code: 2))
        ) { try VectorFile(path: missing) }
        #expect(throws: InterchangeError.unknownFormat(file: "a.csv")) {
            try openDocuments(at: "a.csv", schema: CollectionConfiguration(dimension: 2))
        }
    }

    @Test func `what is written as npy is read back`() throws {
        let path = folder.file("w.npy")
        var writer = try NPYWriter(path: path, dimension: 3)
        try writer.append(Array(rows[..<3]))
        try writer.append(Array(rows[3...]))
        try writer.finish()
        let file = try VectorFile(path: path)
        #expect(file.count == 2)
        #expect(try file.rows(0..<2) == rows)
        // NumPy aligns the numbers to 64 bytes.
        #expect(file.byteCount == 128 + 24)
    }

    @Test func `an npy file that is not finished never appears`() throws {
        let path = folder.file("u.npy")
        do {
            var writer = try NPYWriter(path: path, dimension: 3)
            try writer.append(rows)
        }
        #expect(throws: InterchangeError.self) { try VectorFile(path: path) }
    }
}
