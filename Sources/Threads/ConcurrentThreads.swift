import Glibc

/// Runs `body(0)` … `body(count - 1)` at the same time and returns when all have finished.
///
/// Index 0 runs on the caller's thread. The others run on threads that are started here and have ended
/// before the call returns: nothing of ours outlives a call, which is what a host process needs
/// (a pool would keep threads that nobody asked for). Starting and joining a thread costs about 20 µs, so
/// a share of work should last a millisecond or more. If the system refuses a thread, its index runs on
/// the caller's thread after the others.
///
/// - Parameter count: how many; at most one thread each. Values below 1 count as 1.
public func concurrently(_ count: Int, _ body: @Sendable (_ index: Int) -> Void) {
    guard count > 1 else {
        body(0)
        return
    }
    withoutActuallyEscaping(body) { body in
        var threads: [pthread_t] = []
        var refused: [Int] = []
        for index in 1..<count {
            if let thread = start({ body(index) }) {
                threads.append(thread)
            } else {
                refused.append(index)
            }
        }
        body(0)
        for index in refused { body(index) }
        for thread in threads { pthread_join(thread, nil) }
    }
}

/// A closure on its way to the thread that runs it.
private final class Work: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func start(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
    let work = Unmanaged.passRetained(Work(run))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
            return nil
        },
        work.toOpaque()
    )
    guard code == 0 else {
        work.release()
        return nil
    }
    return thread
}
