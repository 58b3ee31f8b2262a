import Glibc
import Quiver

/// `StoreTorture work PATH WORKLOAD FROM PROGRESS`: does the operations from number FROM on, and appends each number to
/// the file PROGRESS when its operation has returned.
func work(path: String, workload: Workload, from start: Int, progress: String)
    throws(StoreError)
{
    let session = Session(path: path, workload: workload)
    let descriptor = open(progress, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { stop("cannot write \(progress)") }
    for index in start..<workload.operations.count {
        try session.perform(index)
        let line = Array("\(index + 1)\n".utf8)
        guard write(descriptor, line, line.count) == line.count else {
            stop("cannot write \(progress)")
        }
        LoadedFaults.mark(index + 1)
    }
    session.close()
}

/// The operations that a worker has acknowledged: the number in the last whole line of its file.
func acknowledgedCount(in progress: String) -> Int {
    guard let file = fopen(progress, "r") else { return 0 }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    let lines = bytes[..<count].split(separator: 10, omittingEmptySubsequences: false).dropLast()
    return lines.last.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
}
