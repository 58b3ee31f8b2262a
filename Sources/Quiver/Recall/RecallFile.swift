import Files
import Indexes

/// A calibration on disk: `recall/<collection>-<field>`, little-endian.
///
/// | size | what |
/// | --- | --- |
/// | 8 | `QVRECALL` |
/// | 4 | version, 1 |
/// | 8, 8 | commit, time |
/// | 4, then each | segments: 8 number, 8 generation of the index, 8 rows, 8 dead documents |
/// | 4, then each | quantiles of a basis: 1 basis, 4 how many, 4 each |
/// | 4, then each | curves: 1 basis, 8 k, 8 queries, 4 points, of each 8 effort, 8 recall, 8 deviation, 8 distances, as float64 |
/// | 8 | XXH3-64 of what stands before |
///
/// It is made anew from the rows at any time, so that one that is missing, damaged or of another version is as good as none.
enum RecallFile {
    private static let magic = Array("QVRECALL".utf8)
    private static let version: UInt32 = 1
    /// No calibration takes more.
    private static let maximumByteCount = 16 << 20

    static func name(collection: UInt32, field: UInt32) -> String { "\(collection)-\(field)" }

    static func encoded(_ calibration: RecallCalibration) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(magic)
        writer.integer(version)
        writer.integer(calibration.commit)
        writer.integer(calibration.time)
        writer.integer(UInt32(calibration.segments.count))
        for segment in calibration.segments {
            writer.integer(segment.id)
            writer.integer(segment.indexGeneration)
            writer.integer(UInt64(segment.rowCount))
            writer.integer(UInt64(segment.deadCount))
        }
        writer.integer(UInt32(calibration.nearestDistances.count))
        for basis in RecallBasis.allCases {
            guard let quantiles = calibration.nearestDistances[basis] else { continue }
            writer.integer(basis.number)
            writer.integer(UInt32(quantiles.count))
            for quantile in quantiles { writer.integer(quantile.bitPattern) }
        }
        writer.integer(UInt32(calibration.curves.count))
        for curve in calibration.curves {
            writer.integer(curve.basis.number)
            writer.integer(UInt64(curve.k))
            writer.integer(UInt64(curve.queryCount))
            writer.integer(UInt32(curve.points.count))
            for point in curve.points {
                let numbers = [
                    point.effort, point.recall, point.deviation, point.distanceCount,
                ]
                for number in numbers { writer.integer(number.bitPattern) }
            }
        }
        writer.integer(writer.bytes.withUnsafeBytes { checksum($0) })
        return writer.bytes
    }

    /// What is in the file; `nil` if there is none that can be used.
    static func read(_ path: String) -> RecallCalibration? {
        guard let file = try? MappedFile(path: path) else { return nil }
        return file.withUnsafeBytes { bytes in
            guard bytes.count > 8, bytes.count <= maximumByteCount else { return nil }
            let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(8))
            let sum = bytes.loadUnaligned(fromByteOffset: body.count, as: UInt64.self)
            guard UInt64(littleEndian: sum) == checksum(body) else { return nil }
            return try? decode(body)
        }
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ByteReader.Malformed) -> RecallCalibration {
        var reader = ByteReader(bytes)
        guard try reader.bytes(magic.count).elementsEqual(magic),
            try reader.integer(UInt32.self) == version
        else { throw .init(reason: "is no calibration of this version") }
        let commit: UInt64 = try reader.integer()
        let time: UInt64 = try reader.integer()
        var segments: [RecallCalibration.Segment] = []
        for _ in 0..<(try reader.integer(UInt32.self)) {
            segments.append(
                .init(
                    id: try reader.integer(),
                    indexGeneration: try reader.integer(),
                    rowCount: try reader.count(),
                    deadCount: try reader.count()
                )
            )
        }
        guard Set(segments.map(\.id)).count == segments.count,
            segments.allSatisfy({ $0.deadCount <= Rows.countLimit })
        else { throw .init(reason: "holds a segment that cannot be") }
        var distances: [RecallBasis: [Float]] = [:]
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let basis = try reader.basis()
            var quantiles: [Float] = []
            for _ in 0..<(try reader.integer(UInt32.self)) {
                quantiles.append(Float(bitPattern: try reader.integer()))
            }
            guard quantiles.count <= 33, !quantiles.contains(where: \.isNaN) else {
                throw .init(reason: "holds distances that cannot be")
            }
            distances[basis] = quantiles
        }
        var curves: [RecallCurve] = []
        for _ in 0..<(try reader.integer(UInt32.self)) { curves.append(try curve(&reader)) }
        try reader.end()
        for basis in RecallBasis.allCases {
            let counts = curves.filter { $0.basis == basis }.map(\.k)
            guard zip(counts, counts.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .init(reason: "holds curves out of order")
            }
        }
        return RecallCalibration(
            commit: commit,
            time: time,
            curves: curves,
            segments: segments,
            nearestDistances: distances
        )
    }

    private static func curve(
        _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> RecallCurve {
        let basis = try reader.basis()
        let k = try reader.count()
        let queryCount = try reader.count()
        var points: [RecallCurve.Point] = []
        for _ in 0..<(try reader.integer(UInt32.self)) {
            points.append(
                .init(
                    effort: try reader.number(),
                    recall: try reader.number(),
                    deviation: try reader.number(),
                    distanceCount: try reader.number()
                )
            )
        }
        let isPossible = points.allSatisfy { point in
            (0.001...10_000).contains(point.effort) && (0...1).contains(point.recall)
                && (0...1).contains(point.deviation) && point.distanceCount >= 0
        }
        guard (1...1_000_000).contains(k), queryCount > 0, !points.isEmpty, isPossible,
            zip(points, points.dropFirst()).allSatisfy({ $0.effort < $1.effort })
        else { throw .init(reason: "holds a curve through no points") }
        return RecallCurve(basis: basis, k: k, queryCount: queryCount, points: points)
    }
}

extension RecallBasis {
    fileprivate var number: UInt8 {
        switch self {
        case .rows: 1
        case .queries: 2
        case .mixtures: 3
        case .farQueries: 4
        }
    }
}

extension ByteReader {
    fileprivate mutating func basis() throws(Malformed) -> RecallBasis {
        let number: UInt8 = try integer()
        guard let basis = RecallBasis.allCases.first(where: { $0.number == number }) else {
            throw .init(reason: "holds a sample of kind \(number)")
        }
        return basis
    }

    fileprivate mutating func count() throws(Malformed) -> Int {
        guard let count = Int(exactly: try integer(UInt64.self)), count < 1 << 48 else {
            throw .init(reason: "holds a count that cannot be")
        }
        return count
    }

    fileprivate mutating func number() throws(Malformed) -> Double {
        let number = Double(bitPattern: try integer())
        guard number.isFinite else { throw .init(reason: "holds a number that is none") }
        return number
    }
}
