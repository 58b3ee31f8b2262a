import JSON
import Quiver

extension InterchangeError: CustomStringConvertible {
    /// Names the file, the place in it, what is wrong there and, where there is one, the cure.
    public var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .unknownFormat(let file):
            "\(file): cannot tell the format from the name; use .jsonl, .npy, .fvecs or .fbin, "
                + "or - for JSONL from standard input"
        case .line(let file, let line, let column?, let problem):
            "\(file):\(line):\(column): \(problem)"
        case .line(let file, let line, nil, let problem): "\(file):\(line): \(problem)"
        case .vectors(let file, let problem): "\(file): \(problem)"
        case .refused(let error, let position?): "\(position): \(error)"
        case .refused(let error, nil): "\(error)"
        case .encoder(let reason): reason
        case .cancelled: "stopped on request"
        }
    }
}

extension LineProblem: CustomStringConvertible {
    /// What is wrong with the line and, where there is one, the cure.
    public var description: String {
        switch self {
        case .tooLong(let limit):
            "the line is longer than \(limit >> 20) MiB; are its line ends missing?"
        case .empty: "the line is empty; remove it"
        case .invalidUTF8: "not valid UTF-8; convert the file, for example with iconv -t UTF-8"
        case .brokenJSON(let problem): "broken JSON: \(problem)"
        case .notAnObject(let found): "expected a JSON object, found \(found)"
        case .unknownMember(let name):
            "unknown member \"\(name)\", which is no field of the collection; pass over it with "
                + "--ignore-field \(name), or over all of them with --ignore-unknown"
        case .invalidMember(let path, let reason):
            path.map { "\"\($0)\"" }.joined(separator: ": ") + ": \(reason)"
        case .missingKey(let member):
            "the document has no \"\(member)\"; give it a string or a non-negative integer"
        case .missingText: "the line has no \"text\""
        case .missingVector(let field, hasText: true):
            "the document has no \(Self.vector(field)), and there is no encoder to make one of its text; "
                + "name one with --encoder DIR"
        case .missingVector(let field, hasText: false):
            "the document has neither \(Self.vector(field)) nor \"text\"; give it a vector, "
                + "or a text and an encoder"
        }
    }

    private static func vector(_ field: String) -> String {
        field.isEmpty ? "\"vector\"" : "vector \"\(field)\" in \"vectors\""
    }
}

extension VectorFileProblem: CustomStringConvertible {
    /// What is wrong with the file and, where there is one, the cure.
    public var description: String {
        switch self {
        case .notThisFormat(let format, let reason): "not an \(format) file: \(reason)"
        case .unsupportedVersion(let major, let minor):
            "npy version \(major).\(minor) is unknown; versions 1.0, 2.0 and 3.0 are read"
        case .brokenHeader(let offset, let reason):
            "broken npy header at byte \(offset): \(reason)"
        case .unsupportedType(let type):
            "numbers of type \(type) are not read, only <f4, <f2, <f8 and |b1; "
                + "convert with array.astype('<f4')"
        case .fortranOrder:
            "the array is in Fortran order; convert it with numpy.ascontiguousarray(array)"
        case .wrongShape(let shape):
            "expected a matrix of [rows, dimension], found "
                + "\(shape.count) dimension\(shape.count == 1 ? "" : "s") \(shape); "
                + "reshape it, for example with array.reshape(-1, dimension)"
        case .invalidSize(let what, let found, let allowed):
            "\(what) is \(found), not within \(allowed.lowerBound)…\(allowed.upperBound)"
        case .wrongLength(let expected, let found):
            "the header promises \(expected) bytes, the file has \(found); "
                + (found < expected
                    ? "it is truncated, fetch it again" : "something follows the rows")
        case .truncatedRow(let row):
            "the file ends inside row \(row); it is truncated, fetch it again"
        case .rowDimension(let row, let expected, let found):
            "row \(row) has dimension \(found), the first row \(expected); all rows must agree"
        case .outOfRange(let row, let position, let value):
            "row \(row), number \(position): \(value) does not fit into float32"
        case .noVectorField(let fields):
            fields.isEmpty
                ? "rows go into a vector field, and the collection has none"
                : "rows go into one vector field, and the collection has \(fields.count) ("
                    + fields.map { "\"\($0)\"" }.joined(separator: ", ")
                    + "); name one with --vector-field NAME"
        }
    }
}
