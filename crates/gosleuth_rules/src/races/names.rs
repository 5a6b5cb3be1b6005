//! What the name of a library function says about it, found out once for each.

use std::rc::Rc;

use gosleuth_types::ObjRef;

use super::graph::AccessKind;
use crate::context::RuleContext;
use crate::models::{Behaviour, Model};

/// Types whose methods change what is behind the receiver, without lock; and their methods that only read.
const UNSAFE_TYPES: &[(&str, &[&str])] = &[
    ("bytes.(*Buffer).", &["Len", "String", "Bytes", "Cap", "Available"]),
    ("strings.(*Builder).", &["Len", "String", "Cap"]),
    ("strings.(*Reader).", &["Len", "Size"]),
    ("bytes.(*Reader).", &["Len", "Size"]),
    ("bufio.(*Writer).", &["Size", "Buffered", "Available"]),
    ("bufio.(*Reader).", &["Size", "Buffered"]),
    ("bufio.(*Scanner).", &["Text", "Bytes", "Err"]),
    ("container/list.(*List).", &["Len", "Front", "Back"]),
    ("container/ring.(*Ring).", &["Len", "Next", "Prev"]),
    ("math/rand.(*Rand).", &[]),
    ("math/rand/v2.(*Rand).", &[]),
    ("encoding/json.(*Encoder).", &[]),
    ("encoding/json.(*Decoder).", &["More"]),
    ("encoding/gob.(*Encoder).", &[]),
];

/// Methods of map types of libraries.
const MAP_TYPES: &[(&str, &[&str])] = &[
    ("net/http.Header.", &["Get", "Values", "Write", "WriteSubset", "Clone"]),
    ("net/url.Values.", &["Get", "Has", "Encode"]),
];

/// Packages through which goroutines may wait for each other unseen.
const SYSTEM: &[&str] = &[
    "net.",
    "net/",
    "os.",
    "os/",
    "syscall.",
    "runtime.",
    "crypto/tls.",
    "internal/",
];

/// Packages some functions of which are known one by one.
const SPECIAL: &[&str] = &[
    "context.",
    "golang.org/x/sync/errgroup.",
    "internal/synctest.",
    "net/http.",
    "net/http/httptest.",
    "os/exec.",
    "runtime.",
    "sync.",
    "testing.",
    "testing/synctest.",
    "time.",
];

/// Packages whose functions neither wait nor wake, apart from what is known of them one by one.
const PURE: &[&str] = &[
    "bytes.",
    "encoding/",
    "errors.",
    "fmt.",
    "go/",
    "hash",
    "html",
    "log.",
    "log/",
    "maps.",
    "math",
    "path",
    "reflect.",
    "regexp.",
    "runtime.",
    "slices.",
    "sort.",
    "strconv.",
    "strings.",
    "testing.",
    "text/",
    "time.",
    "unicode",
];

/// Packages through which input comes.
const INPUT: &[&str] = &[
    "bufio.",
    "crypto/tls.",
    "internal/poll.",
    "io.",
    "net.",
    "net/",
    "os.",
    "syscall.",
];

/// A library function.
#[derive(Debug)]
pub(super) struct Named<'a> {
    pub(super) symbol: Rc<str>,
    /// Whether goroutines may wait for each other in it, through the system.
    pub(super) uses_system: bool,
    /// Whether it is from a package whose functions are known one by one.
    pub(super) is_special: bool,
    /// Whether its first argument is changed or only read, where it is of a type that guards nothing.
    pub(super) touches: Option<(bool, AccessKind)>,
    pub(super) models: &'a [Model],
    /// Whether it waits for goroutines, going by its name.
    pub(super) waits: bool,
    /// Whether it is of the package itself, in a file that is not looked at together with its tests.
    pub(super) is_own: bool,
    /// Whether it neither waits nor wakes.
    pub(super) is_pure: bool,
    /// Whether it may wait for something from outside.
    pub(super) is_input: bool,
}

impl<'a> Named<'a> {
    pub(super) fn new(cx: &RuleContext<'a>, obj: ObjRef) -> Self {
        let symbol = cx.symbol(obj);
        let among = |prefixes: &[&str]| prefixes.iter().any(|prefix| symbol.starts_with(prefix));
        let method = |types: &[(&str, &[&str])]| {
            types
                .iter()
                .find_map(|(prefix, readers)| symbol.strip_prefix(prefix).map(|name| !readers.contains(&name)))
        };
        let touches = match (method(UNSAFE_TYPES), method(MAP_TYPES)) {
            (Some(write), _) => Some((write, AccessKind::Library)),
            (_, Some(write)) => Some((write, AccessKind::Map)),
            _ => None,
        };
        Self {
            uses_system: among(SYSTEM),
            is_special: among(SPECIAL),
            touches,
            models: cx.models(obj),
            waits: waits_by_name(cx, obj) && &*symbol != "sync.(*Cond).Wait"
                || matches!(
                    &*symbol,
                    "net/http/httptest.(*Server).Close"
                        | "internal/synctest.Run"
                        | "testing/synctest.Run"
                        | "testing/synctest.Test"
                ),
            is_own: {
                let world = cx.query.world;
                let path = world.path(world.canonical(obj.pkg));
                !path.is_empty() && cx.path.starts_with(path)
            },
            is_pure: touches.is_some() || among(PURE),
            is_input: among(INPUT) && is_input(cx.name_of(obj)),
            symbol,
        }
    }

    pub(super) fn model(&self, behaviour: Behaviour) -> Option<&'a Model> {
        self.models.iter().find(|model| model.behaviour == behaviour)
    }
}

/// Whether a function of a package through which input comes waits for some, going by its name.
fn is_input(name: &str) -> bool {
    ["Accept", "Copy", "Read", "Recv", "Scan"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Whether a function that is not known waits for goroutines, going by its name.
pub(super) fn waits_by_name(cx: &RuleContext<'_>, obj: ObjRef) -> bool {
    let name = cx.name_of(obj);
    name.starts_with("Wait") || name.starts_with("Join") || name == "Shutdown"
}
