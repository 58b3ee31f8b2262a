import FAISS
import Glibc
import TestSupport

// One round of fuzzing, in a process of its own that a test or `make fuzz` starts and watches:
//
//     FAISSFuzz grammar|shim|container SEED SECONDS
//
// It prints what it is about to do before it does it, so that the last line names what killed it.

let arguments = CommandLine.arguments
guard arguments.count == 4, let seed = UInt64(arguments[2]), let seconds = Int(arguments[3]) else {
    fail("usage: FAISSFuzz grammar|shim|container SEED SECONDS")
}
let deadline = ContinuousClock.now + .seconds(seconds)
var random = SplitMix64(seed: seed)
var rounds = 0
switch arguments[1] {
case "grammar":
    while ContinuousClock.now < deadline {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: tryBinaryFactory(&random)
        case 1: trySearchParameters(&random)
        default: tryFactory(&random)
        }
        rounds += 1
    }
case "shim":
    while ContinuousClock.now < deadline {
        tryShim(&random)
        rounds += 1
    }
case "container":
    let containers = try Containers()
    while ContinuousClock.now < deadline {
        containers.tryOne(&random)
        rounds += 1
    }
default: fail("\(arguments[1]) is neither grammar, shim nor container")
}
print("done: \(rounds) rounds of \(arguments[1]), seed \(seed)")

func fail(_ message: String) -> Never {
    announce(message)
    exit(2)
}
