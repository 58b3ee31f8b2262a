import Glibc

/// The number of processors that are online.
public func availableProcessorCount() -> Int {
    max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
