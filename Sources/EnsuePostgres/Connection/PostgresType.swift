/// The types in which parameters are sent, by their numbers in the catalogue `pg_type`, which never change.
public enum PostgresType: UInt32, Sendable, Hashable {
    case boolean = 16
    case bytes = 17
    case integer = 20
    case text = 25
    case json = 114
    case double = 701
    case time = 1184

    case jsons = 199
    case booleans = 1000
    case texts = 1009
    case integers = 1016
    case doubles = 1022
    case times = 1185
}
