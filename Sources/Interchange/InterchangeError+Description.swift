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
            "unknown member \"\(name)\"; a document has \"key\", \"text\" and \"vector\""
        case .typedFields:
            "typed fields are not supported by this version; remove the member \"fields\""
        case .missingKey:
            "the document has no \"key\"; give it a string or a non-negative integer"
        case .invalidKey(let reason): "\"key\": \(reason)"
        case .invalidText(let found): "\"text\": expected a string, found \(found)"
        case .missingText: "the line has no \"text\""
        case .invalidVector(let reason): "\"vector\": \(reason)"
        case .missingVector(hasText: true):
            "the document has no \"vector\", and there is no encoder to make one of its text; "
                + "name one with --encoder DIR"
        case .missingVector(hasText: false):
            "the document has neither \"vector\" nor \"text\"; give it a vector, "
                + "or a text and an encoder"
        }
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
            "numbers of type \(type) are not read, only <f4, <f2 and <f8; "
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
        }
    }
}
