/// The minutes after which a test counts as hung. A test's clock runs while it waits for a thread, and on a busy
/// machine it waits for all the others: the limit is far above what the whole suite takes.
public let minutesUntilHung = 30
