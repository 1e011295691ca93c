import Crypto
import Foundation
import Testing

@testable import EnsuePostgres

@Suite struct FrozenMigrationsTests {
    /// A migration that has been released is never edited; what is to change gets the next number.
    @Test func `migrations are frozen`() {
        let digests = Migration.all.map { migration in
            SHA256.hash(data: Data(migration.sql.utf8)).map { String(format: "%02x", $0) }.joined()
        }
        #expect(
            digests == [
                "be4bf1ea80cb3b9b798025a3431c4547dc36ce3f4b1b6e2783aba24da8919171",
                "3fb375d271b51ce7b2f1ab42334d0f20950114002a579d6165c2b03d059f93a8",
            ])
        #expect(Migration.all.map(\.number) == Array(1...Migration.latest))
    }
}
