import ArgumentParser

@main
struct QuiverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "quiver")
}
