/// (stub; the real module lands from branch `indexes`)
public enum Metric: UInt8, Sendable, CaseIterable { case l2 = 0, innerProduct, cosine }
public enum Storage: UInt8, Sendable, CaseIterable { case float32 = 0, float16, int8 }
public enum IndexError: Error, Sendable, Equatable { case cancelled }
