public import JSON
public import Quiver

extension SparseVector {
    /// A vector of `{"indices":[3,17],"values":[0.5,2]}`.
    init(_ json: JSONValue) throws(Misfit) {
        guard let object = json.object else {
            throw Misfit("expected \(Self.inJSON), found \(json.kind)")
        }
        for member in object.members where member.name != "indices" && member.name != "values" {
            throw Misfit("expected \(Self.inJSON), found a member \"\(member.name)\"")
        }
        guard let indices = object["indices"]?.array, let values = object["values"]?.array else {
            throw Misfit("expected \(Self.inJSON)")
        }
        let numbers: [UInt32]
        do throws(Misfit) {
            numbers = try integers(indices)
        } catch {
            throw Misfit("indices: \(error.reason)")
        }
        var weights: [Float] = []
        weights.reserveCapacity(values.count)
        for value in values {
            guard let number = value.double else {
                throw Misfit(
                    "values: position \(weights.count): expected a number, found \(value.kind)"
                )
            }
            weights.append(Float(number))
        }
        do {
            try self.init(indices: numbers, values: weights)
        } catch {
            throw Misfit("\(error)")
        }
    }

    /// What JSON has for it.
    static let inJSON = "an object of indices and values, two arrays of numbers"
}

extension JSONWriter {
    /// A sparse vector, as `SparseVectorReader` reads it.
    ///
    /// - Throws: `JSONError.notFinite`, never for what a store holds.
    public mutating func value(_ vector: SparseVector) throws(JSONError) {
        beginObject()
        name("indices")
        beginArray()
        for index in vector.indices { integer(index) }
        endArray()
        name("values")
        beginArray()
        for value in vector.values { try float(value) }
        endArray()
        endObject()
    }
}
