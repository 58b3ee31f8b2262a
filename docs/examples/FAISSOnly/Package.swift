// swift-tools-version: 6.2
import PackageDescription

// A program that wants FAISS and no store. In a package of your own, the path is Quiver's URL and a version.
let package = Package(
    name: "FAISSOnly",
    dependencies: [.package(name: "quiver", path: "../../..")],
    targets: [
        .executableTarget(
            name: "FAISSOnly",
            dependencies: [.product(name: "FAISS", package: "quiver")]
        )
    ]
)
