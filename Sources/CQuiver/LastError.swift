// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CQuiverABI
import Glibc
import LMDB

/// The message of each thread's last call that failed.
///
/// A POSIX thread key, so that a message goes away with its thread.
enum LastError {
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, { free($0) }) == 0 ? key : nil
    }()

    private static let none: StaticString = ""

    /// Keeps a copy of `message` for the calling thread.
    static func set(_ message: String) {
        guard let key else { return }
        let copy = strdup(message)
        free(pthread_getspecific(key))
        if pthread_setspecific(key, copy) != 0 { free(copy) }
    }

    /// The calling thread's message, owned by this type until the next `set`.
    static var message: UnsafePointer<CChar> {
        guard let key, let message = pthread_getspecific(key) else { return none.cString }
        return UnsafePointer(message.assumingMemoryBound(to: CChar.self))
    }
}

/// The process that first used the library. OpenMP and LMDB do not survive a fork.
enum HostProcess {
    private static let first = ProcessMark()

    static var isTheOneThatStarted: Bool { first.isThisProcess }
}

extension StaticString {
    /// The literal's bytes, which end with a zero and live as long as the library.
    var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

@c @implementation
public func qv_error_message() -> UnsafePointer<CChar>? {
    LastError.message
}
