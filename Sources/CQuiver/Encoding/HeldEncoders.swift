import CQuiverABI
import Encoders
import Quiver
import Synchronization

/// The encoders that texts of a collection have needed, kept as long as its handle is open.
final class HeldEncoders: Sendable {
    private let held = Mutex<[EncoderIdentity: OpenedEncoder]>([:])

    /// Keeps an encoder that a vector field is bound to.
    func keep(_ encoder: OpenedEncoder) {
        held.withLock { $0[encoder.identity] = encoder }
    }

    /// The encoder that a vector field is bound to, opened where it was unless it is open.
    func encoder(
        of vectorField: String?,
        in snapshot: Snapshot
    ) throws(CallFailure) -> OpenedEncoder {
        let remembered = try snapshot.remembered(of: vectorField)
        // Whoever needs the same one meanwhile waits for it.
        return try held.withLock { (held) throws(CallFailure) in
            if let known = held[remembered.identity] { return known }
            let opened = try OpenedEncoder.opened(remembered, of: snapshot, folder: nil)
            held[remembered.identity] = opened
            return opened
        }
    }

    /// The encoder of a handle of the caller's, or, for none, the one that a vector field is bound to; another than that is refused.
    func encoder(
        _ handle: qv_encoder,
        of vectorField: String?,
        in snapshot: Snapshot
    ) throws(CallFailure) -> OpenedEncoder {
        guard handle != 0 else { return try encoder(of: vectorField, in: snapshot) }
        let opened = try HandleTable.shared.find(handle, "encoder", \.encoder).opened
        let bound = try engine { () throws(StoreError) in
            try snapshot.encoder(of: vectorField)
        }
        if let bound, bound.identity != opened.identity {
            throw CallFailure(
                StoreError.wrongEncoder(
                    collection: snapshot.collectionName,
                    expected: bound.identity,
                    found: opened.identity
                )
            )
        }
        return opened
    }
}

extension Snapshot {
    /// What a vector field is bound to.
    func remembered(of vectorField: String?) throws(CallFailure) -> RememberedEncoder {
        try engine { () throws(StoreError) in
            guard let remembered = try encoder(of: vectorField) else {
                throw .noEncoder(collection: collectionName)
            }
            return remembered
        }
    }
}

extension OpenedEncoder {
    /// The encoder that a collection remembers, where it was, or in a folder where it is now.
    static func opened(
        _ remembered: RememberedEncoder,
        of snapshot: Snapshot,
        folder: String?
    ) throws(CallFailure) -> OpenedEncoder {
        let name = snapshot.collectionName
        let place = folder ?? remembered.location
        let opened: OpenedEncoder
        do throws(EncoderError) {
            var description = try EncoderDescription(location: remembered.location)
            if let folder { description.folder = folder }
            opened = try OpenedEncoder(description.withAbsolutePaths())
        } catch {
            throw CallFailure(
                status: error.status,
                message:
                    "the encoder of collection \"\(name)\" cannot be opened at \(place): \(error)"
            )
        }
        guard opened.identity == remembered.identity else {
            throw .encoder(
                "the encoder at \(place) is \(opened.identity), the vectors of collection "
                    + "\"\(name)\" come from \(remembered.identity)"
            )
        }
        return opened
    }
}
