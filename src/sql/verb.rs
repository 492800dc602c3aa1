//! What statements do, and to what kind of object.

use std::fmt;

macro_rules! verbs {
    ($($(#[$meta:meta])* $name:ident $($word:literal)+,)+) => {
        /// What a statement does. A query that begins with WITH has the verb of what follows it.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Verb {
            $(#[doc = concat!("`", verbs!(@first $($word)+), "`")] $(#[$meta])* $name,)+
            /// None of these; its first word, in lower case.
            Other(String),
        }

        impl Verb {
            /// The verb of a word.
            #[must_use]
            pub fn of(word: &str) -> Verb {
                let word = word.to_ascii_lowercase();
                match word.as_str() {
                    $($($word)|+ => Verb::$name,)+
                    _ => Verb::Other(word),
                }
            }

            /// The word in lower case; the first of several that mean the same.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Verb::$name => verbs!(@first $($word)+),)+
                    Verb::Other(word) => word,
                }
            }
        }

        /// Every word that is a verb of the enumeration.
        const WORDS: &[&str] = &[$($($word,)+)+];
    };
    (@first $first:literal $($rest:literal)*) => { $first };
}

verbs! {
    Select "select" "sel",
    /// FROM before SELECT, or without it.
    From "from",
    Values "values",
    With "with",
    Insert "insert" "ins",
    Update "update" "upd",
    Delete "delete" "del",
    Merge "merge",
    Replace "replace",
    Upsert "upsert",
    Truncate "truncate",
    Create "create",
    Alter "alter",
    Drop "drop",
    Undrop "undrop",
    Rename "rename",
    Comment "comment",
    Grant "grant",
    Revoke "revoke",
    Deny "deny",
    Call "call",
    Execute "execute" "exec",
    /// A scripting block, a loop, a branch, an anonymous function: what is inside isn't looked at.
    Block "do",
    If "if",
    Declare "declare",
    Begin "begin",
    Start "start",
    Commit "commit",
    Rollback "rollback",
    End "end",
    Abort "abort",
    Savepoint "savepoint",
    Release "release",
    Set "set",
    Unset "unset",
    Reset "reset",
    Use "use",
    Show "show",
    Describe "describe" "desc",
    Explain "explain",
    Analyze "analyze" "analyse",
    Vacuum "vacuum",
    Optimize "optimize",
    Refresh "refresh",
    Cluster "cluster",
    Reindex "reindex",
    Reorg "reorg",
    Copy "copy",
    Unload "unload",
    Load "load",
    Export "export",
    Import "import",
    Put "put",
    Get "get",
    Remove "remove" "rm",
    List "list" "ls",
    Lock "lock",
    Unlock "unlock",
    Notify "notify",
    Listen "listen",
    Unlisten "unlisten",
    Pragma "pragma",
    Attach "attach",
    Detach "detach",
    Install "install",
    Checkpoint "checkpoint",
    System "system",
    Exchange "exchange",
    Msck "msck",
    Repair "repair",
    Restore "restore",
    Cache "cache",
    Uncache "uncache",
    Assert "assert",
    Raise "raise" "raiserror" "throw",
    Print "print",
    Kill "kill",
}

/// Words that begin a statement in some dialect and are no verb of the enumeration. A word that isn't
/// known at all may be a misspelling; these are not.
const OTHER_WORDS: &[&str] = &[
    "add",
    "admin",
    "apply",
    "backup",
    "bt",
    "bulk",
    "catch",
    "change",
    "clear",
    "clone",
    "close",
    "collect",
    "connect",
    "continue",
    "convert",
    "ct",
    "cv",
    "database",
    "dbcc",
    "deallocate",
    "delimiter",
    "dfs",
    "discard",
    "else",
    "et",
    "exit",
    "fetch",
    "flush",
    "foreach",
    "for",
    "force",
    "freeze",
    "fsck",
    "generate",
    "go",
    "goto",
    "handler",
    "help",
    "inspect",
    "invalidate",
    "iterate",
    "leave",
    "let",
    "loop",
    "maintain",
    "map",
    "match",
    "migrate",
    "move",
    "next",
    "null",
    "open",
    "pause",
    "perform",
    "pivot",
    "prepare",
    "profile",
    "purge",
    "quit",
    "reassign",
    "reconfigure",
    "recover",
    "reduce",
    "reload",
    "repeat",
    "resignal",
    "resume",
    "return",
    "reverse",
    "revert",
    "save",
    "search",
    "security",
    "shutdown",
    "signal",
    "source",
    "stop",
    "submit",
    "subscribe",
    "summarize",
    "suspend",
    "swap",
    "switch",
    "table",
    "then",
    "unmount",
    "unpivot",
    "unsubscribe",
    "waitfor",
    "warm",
    "watch",
    "when",
    "while",
    "writetext",
    "undo",
    "upgrade",
    "validate",
    "wait",
    "xa",
    "check",
    "checksum",
    "binlog",
    "case",
    "label",
    "none",
    "true",
    "false",
    "try",
    "mount",
    "drain",
];

impl Verb {
    /// Whether a word begins a statement in some dialect.
    pub(crate) fn is_known(word: &str) -> bool {
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        WORDS.iter().any(is) || OTHER_WORDS.iter().any(is)
    }

    /// The words that a misspelt verb may have meant.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().copied().filter(|word| word.len() > 3)
    }

    /// Whether grammars know its statements so well that one they all refuse is likely wrong.
    #[must_use]
    pub fn parses_reliably(&self) -> bool {
        matches!(
            self,
            Verb::Select
                | Verb::With
                | Verb::Insert
                | Verb::Update
                | Verb::Delete
                | Verb::Merge
                | Verb::Truncate
                | Verb::Call
        )
    }

    /// Whether it asks and changes nothing; a function that a query calls aside.
    #[must_use]
    pub fn only_asks(&self) -> bool {
        matches!(
            self,
            Verb::Select | Verb::With | Verb::From | Verb::Values | Verb::Show | Verb::Describe | Verb::Explain
        )
    }

    /// Whether it changes rows of a table.
    #[must_use]
    pub fn writes_rows(&self) -> bool {
        matches!(
            self,
            Verb::Insert | Verb::Update | Verb::Delete | Verb::Merge | Verb::Replace | Verb::Upsert | Verb::Truncate
        )
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! objects {
    ($($name:ident $($words:literal)+,)+) => {
        /// The kind of object that a statement acts on.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum ObjectKind {
            $(#[doc = concat!("`", objects!(@first $($words)+), "`")] $name,)+
            /// None of these; its word, in lower case.
            Other(String),
        }

        impl ObjectKind {
            /// The kind's words in lower case.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(ObjectKind::$name => objects!(@first $($words)+),)+
                    ObjectKind::Other(words) => words,
                }
            }

            /// The kind that words name, singular or plural.
            #[must_use]
            pub fn of(words: &str) -> ObjectKind {
                match words {
                    $($($words)|+ => ObjectKind::$name,)+
                    _ => ObjectKind::Other(words.to_owned()),
                }
            }
        }

        /// The words of every kind.
        const KINDS: &[&str] = &[$($($words,)+)+];
    };
    (@first $first:literal $($rest:literal)*) => { $first };
}

objects! {
    Table "table" "tables",
    ExternalTable "external table" "external tables",
    DynamicTable "dynamic table" "dynamic tables",
    View "view" "views",
    MaterializedView "materialized view" "materialized views",
    Schema "schema" "schemas",
    Database "database" "databases",
    Catalog "catalog" "catalogs",
    Dataset "dataset",
    Column "column" "columns",
    Index "index" "indexes",
    Constraint "constraint",
    Function "function" "functions" "aggregate" "macro" "macro table",
    Procedure "procedure" "procedures" "proc" "routine" "routines",
    Package "package" "package body",
    Sequence "sequence" "sequences",
    Stage "stage" "stages",
    Stream "stream" "streams",
    Task "task" "tasks",
    Pipe "pipe" "pipes",
    FileFormat "file format" "file formats",
    Tag "tag" "tags",
    MaskingPolicy "masking policy" "masking policies",
    RowAccessPolicy "row access policy" "row access policies",
    Policy "policy" "policies" "row policy" "network policy" "session policy" "password policy" "aggregation policy" "projection policy" "join policy" "rls policy",
    Role "role" "roles",
    DatabaseRole "database role" "application role",
    User "user" "users" "login",
    Group "group" "groups",
    Account "account",
    Warehouse "warehouse" "warehouses",
    ResourceMonitor "resource monitor" "resource monitors",
    Integration "integration" "integrations" "storage integration" "notification integration" "api integration" "security integration" "external access integration",
    NetworkRule "network rule",
    Share "share" "shares",
    Datashare "datashare" "datashares",
    Session "session",
    System "system",
    Trigger "trigger" "triggers",
    Type "type" "types" "domain",
    Extension "extension" "extensions",
    Volume "volume" "volumes",
    Connection "connection",
    Secret "secret",
    Dictionary "dictionary" "dictionaries",
    Model "model" "models",
    Assignment "assignment",
    Reservation "reservation",
    Statistics "statistics",
    Language "language",
    Partition "partition",
    Server "server",
    Tablespace "tablespace",
    Synonym "synonym",
    DefaultPrivileges "default privileges",
    Clustering "clustered columnstore",
}

/// Kinds that are known and have no name of their own in the enumeration.
const OTHER_KINDS: &[&str] = &[
    "access",
    "alert",
    "alerts",
    "aggregation",
    "all",
    "api",
    "app",
    "application",
    "apply",
    "assembly",
    "asymmetric",
    "attribute",
    "audit",
    "authentication",
    "availability",
    "backup",
    "bloomfilter",
    "broker",
    "capacity",
    "cast",
    "catalog",
    "certificate",
    "class",
    "clean",
    "cluster",
    "collation",
    "compute",
    "context",
    "contract",
    "conversion",
    "credential",
    "cryptographic",
    "cube",
    "cursor",
    "data",
    "datastream",
    "default",
    "dimension",
    "directory",
    "disk",
    "edition",
    "encryption",
    "endpoint",
    "event",
    "external",
    "failover",
    "feature",
    "file",
    "filegroup",
    "flashback",
    "foreign",
    "fulltext",
    "functions",
    "genie",
    "git",
    "governed",
    "grant",
    "graph",
    "group",
    "hierarchy",
    "hybrid",
    "iceberg",
    "identity",
    "image",
    "inheritance",
    "java",
    "job",
    "join",
    "key",
    "keyspace",
    "large",
    "library",
    "listing",
    "live",
    "location",
    "logfile",
    "macro",
    "managed",
    "masking",
    "master",
    "materialized",
    "message",
    "metric",
    "mining",
    "mode",
    "named",
    "network",
    "notebook",
    "online",
    "operator",
    "option",
    "organization",
    "outline",
    "owned",
    "packages",
    "partition",
    "passwd",
    "password",
    "plan",
    "privacy",
    "procedure",
    "profile",
    "projection",
    "provider",
    "proxy",
    "publication",
    "quota",
    "queue",
    "recipient",
    "remote",
    "replication",
    "repository",
    "resource",
    "rollback",
    "route",
    "row",
    "rule",
    "search",
    "security",
    "segment",
    "selective",
    "semantic",
    "server",
    "service",
    "set",
    "settings",
    "snapshot",
    "source",
    "spatial",
    "statistics",
    "storage",
    "streaming",
    "streamlit",
    "subscription",
    "symmetric",
    "text",
    "temporary",
    "temp",
    "token",
    "trace",
    "transform",
    "trust",
    "undo",
    "vector",
    "vertex",
    "warehouse",
    "window",
    "workload",
    "workspace",
    "xml",
    "private",
    "public",
    "global",
    "local",
    "sharing",
    "secure",
    "transient",
    "unlogged",
    "unique",
    "recursive",
    "live",
    "constraint",
    "instance",
    "link",
    "object",
    "sync",
    "shard",
    "sink",
    "cdc",
    "feed",
    "keys",
    "dataset",
    "tables",
    "stored",
    "metastore",
    "cleanroom",
    "label",
    "flow",
    "pool",
    "rls",
    "if",
    "only",
    "force",
];

impl ObjectKind {
    /// The kind whose words stand at the front of a list of words in lower case, and how many they are.
    pub(crate) fn at_front(words: &[String]) -> Option<(ObjectKind, usize)> {
        let most = words.len().min(3);
        (1..=most).rev().find_map(|count| {
            let joined = words[..count].join(" ");
            KINDS.contains(&joined.as_str()).then(|| (ObjectKind::of(&joined), count))
        })
    }

    /// Whether a word is part of some kind's name.
    pub(crate) fn is_known_word(word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        OTHER_KINDS.contains(&word.as_str()) || KINDS.iter().any(|kind| kind.split(' ').any(|part| part == word))
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
