import Ensue
import Testing

@testable import EnsuePostgres

@Suite struct ConnectionOptionsTests {
    private static func refusal(_ address: String) -> String {
        let error = #expect(throws: StoreError.self, "\(address)") { try ConnectionOptions(address: address) }
        #expect(error?.reason == .unavailable)
        #expect(error?.operation == "open")
        #expect(error?.detail.contains("postgres://user:password@host:5432/database") == true)
        return error?.detail ?? ""
    }

    @Test(arguments: [
        "postgres://me:top%20secret@db:5433/app?sslmode=require",
        "postgresql://me:top%20secret@db:5433/app?sslmode=require",
        "host=db port=5433 dbname=app user=me password='top secret' sslmode = require",
    ])
    func `both forms of an address give the same parameters`(_ address: String) throws {
        let parameters = try ConnectionOptions(address: address).parameters
        let expected = [
            "host": "db", "port": "5433", "dbname": "app", "user": "me", "password": "top secret", "sslmode": "require",
        ]
        for (name, value) in expected { #expect(parameters[name] == value) }
    }

    @Test func `what the address leaves open is filled in`() throws {
        let parameters = try ConnectionOptions(address: "postgres://db/app?connect_timeout=9").parameters
        #expect(parameters["connect_timeout"] == "9")
        #expect(parameters["application_name"] == "ensue")
        #expect(parameters["target_session_attrs"] == "read-write")
        #expect(parameters["tcp_user_timeout"] == "20000")
        #expect(parameters["client_encoding"] == "UTF8")
        #expect(parameters["password"] == nil)
    }

    @Test(arguments: [
        "postgres://db/app?ensue_schema=my%20jobs&sslmode=disable&ensue_pool=7&ensue_statement_timeout=1.5",
        "ensue_schema='my jobs' host=db dbname=app ensue_pool=7 sslmode=disable ensue_statement_timeout = 1.5",
    ])
    func `our own parameters are taken out`(_ address: String) throws {
        let options = try ConnectionOptions(address: address)
        #expect(options.schema == "my jobs")
        #expect(options.maxConnections == 7)
        #expect(options.statementTimeout == .milliseconds(1500))
        #expect(options.parameters["sslmode"] == "disable")
        #expect(options.parameters["dbname"] == "app")
        #expect(!options.parameters.keys.contains { $0.hasPrefix("ensue") })
    }

    @Test func `notifications come from the same address, another one, or not at all`() throws {
        guard case .sameAddress = try ConnectionOptions(address: "postgres://db/a").listener else {
            Issue.record("not the same")
            return
        }
        guard case .off = try ConnectionOptions(address: "postgres://db/a?ensue_listen=off").listener else {
            Issue.record("not off")
            return
        }
        let address = "host=bouncer ensue_listen='host=db password=\\'a b\\' port=5432'"
        guard case .address(let other) = try ConnectionOptions(address: address).listener else {
            Issue.record("no address")
            return
        }
        #expect(other.parameters["host"] == "db")
        #expect(other.parameters["password"] == "a b")
        #expect(throws: StoreError.self) { try ConnectionOptions(address: "host=a ensue_listen=nonsense") }
    }

    @Test(arguments: [
        ("ensue_pool=0", "from 1 to 1000"), ("ensue_pool=many", "from 1 to 1000"), ("ensue_schema=", "schema's name"),
        ("ensue_statement_timeout=-1", "seconds"), ("ensue_statement_timeout=nan", "seconds"),
        ("ensue_pol=3", "ensue_pool"), ("sslmod=require", "sslmod"), ("client_encoding=LATIN1", "UTF8"),
        ("port=seven", "port"), ("ensue_schema=a%2", "%25"), ("ensue_schema", "no value"),
    ])
    func `what is wrong with a parameter is said`(_ parameter: String, _ hint: String) {
        #expect(Self.refusal("postgres://db/app?\(parameter)").contains(hint))
    }

    @Test(arguments: [
        "postgres://me:hunter2/x@db/app", "postgres://me:hunter2@x@db/app", "postgres://me:hun%ter2@db/app",
        "host=db password=my hunter2", "host=db password=my hunter2=x", "host=db password='hunter2",
        "host=db password=hunter2 sslmod=require", "postgres://me:hunter2@db:port/app",
        "postgres://me@db/app?password=hunter2%", "postgres://me:hunter2@db/app?ensue_pool=x",
    ])
    func `no refusal holds the password`(_ address: String) {
        let text = Self.refusal(address)
        #expect(!text.contains("hun"))
        #expect(!text.contains("ter2"))
    }

    @Test(arguments: [
        ("postgres://me:hunter2@db:5433/app", "db:5433, database app, user me"),
        ("postgres://me:hunter2@a:1,b:2/app", "a:1,b:2, database app, user me"),
        ("host=a,b port=5433 user=me password=hunter2 dbname=app", "a:5433,b:5433, database app, user me"),
    ])
    func `what is shown is the hosts, the database and the user`(_ address: String, _ name: String) throws {
        #expect(try ConnectionOptions(address: address).displayName == name)
    }

    @Test func `a session is set up with its timeouts`() throws {
        var options = try ConnectionOptions(address: "postgres://db/a?ensue_statement_timeout=2")
        options.lockTimeout = .milliseconds(300)
        #expect(options.sessionScript.contains("SET statement_timeout = 2000;"))
        #expect(options.sessionScript.contains("SET lock_timeout = 300;"))
    }
}
