import GRDB

/// The application's database with the application's tables. Ensue adds its own, named `ensue_…`, and keeps account of
/// its migrations apart from these.
func openDatabase(at path: String) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let pool = try DatabasePool(path: path, configuration: configuration)
    // An acknowledged order shall be on the disk, and so shall its mail. A pool sets NORMAL when it opens.
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }

    var migrator = DatabaseMigrator()
    migrator.registerMigration("products and orders") { db in
        try db.execute(
            sql: """
                CREATE TABLE products (name TEXT PRIMARY KEY, stock INTEGER NOT NULL CHECK (stock >= 0));
                INSERT INTO products VALUES ('kettle', 3), ('lamp', 1);
                CREATE TABLE orders (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, product TEXT NOT NULL);
                """)
    }
    try migrator.migrate(pool)
    return pool
}
