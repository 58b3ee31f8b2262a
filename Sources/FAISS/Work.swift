internal import CFAISS

/// Throws unless a call may be shared by so many threads.
func checkThreadCount(_ threadCount: Int) throws(FAISSError) {
    try check("threadCount", threadCount, in: Limits.threadCount)
}

/// Lends a thread count, which has been checked, and a progress closure to C.
func withWork<Result>(
    threadCount: Int,
    _ progress: (_ done: Int, _ total: Int) -> Bool,
    _ body: (cfaiss_work) -> Result
) -> Result {
    withoutActuallyEscaping(progress) { progress in
        var progress = progress
        return withUnsafeMutablePointer(to: &progress) { context in
            body(
                cfaiss_work(
                    thread_count: Int32(threadCount),
                    progress: { context, done, total in
                        guard let context else { return 1 }
                        let progress = context.assumingMemoryBound(to: ((Int, Int) -> Bool).self)
                        return progress.pointee(Int(done), Int(total)) ? 0 : 1
                    },
                    context: UnsafeMutableRawPointer(context)
                )
            )
        }
    }
}
