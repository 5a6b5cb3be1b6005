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
    ("strings.(*Reader).", &["Len", "ReadAt", "Size"]),
    ("bytes.(*Reader).", &["Len", "ReadAt", "Size"]),
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
    ("encoding/csv.(*Writer).", &["Error"]),
    (
        "math/big.(*Int).",
        &[
            "Append", "Bit", "BitLen", "Bits", "Bytes", "Cmp", "CmpAbs", "Int64", "IsInt64", "Sign", "String", "Text",
            "Uint64",
        ],
    ),
];

/// Methods of map types of libraries.
const MAP_TYPES: &[(&str, &[&str])] = &[
    ("net/http.Header.", &["Get", "Values", "Write", "WriteSubset", "Clone"]),
    ("net/url.Values.", &["Get", "Has", "Encode"]),
];

/// Functions that read or write the elements of slices or the tables of maps they are given: which of their arguments, and whether they write.
const ELEMENTS: &[(&str, &[(usize, bool)])] = &[
    ("sort.Slice", &[(0, true)]),
    ("sort.SliceStable", &[(0, true)]),
    ("sort.Ints", &[(0, true)]),
    ("sort.Strings", &[(0, true)]),
    ("sort.Float64s", &[(0, true)]),
    ("slices.Sort", &[(0, true)]),
    ("slices.SortFunc", &[(0, true)]),
    ("slices.SortStableFunc", &[(0, true)]),
    ("slices.Reverse", &[(0, true)]),
    ("slices.Contains", &[(0, false)]),
    ("slices.Index", &[(0, false)]),
    ("slices.Clone", &[(0, false)]),
    ("strings.Join", &[(0, false)]),
    ("maps.Copy", &[(0, true), (1, false)]),
    ("maps.Clone", &[(0, false)]),
    ("maps.DeleteFunc", &[(0, true)]),
    ("encoding/json.Marshal", &[(0, false)]),
    ("encoding/json.MarshalIndent", &[(0, false)]),
];

/// Functions that call methods of their first argument.
const METHODS: &[(&str, &[&str])] = &[
    ("container/heap.Init", &["Swap"]),
    ("container/heap.Push", &["Push", "Swap"]),
    ("container/heap.Pop", &["Swap", "Pop"]),
    ("container/heap.Fix", &["Swap"]),
    ("container/heap.Remove", &["Swap", "Pop"]),
    ("sort.Sort", &["Less", "Swap"]),
    ("sort.Stable", &["Less", "Swap"]),
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
    /// Arguments whose elements it reads or writes.
    pub(super) elements: &'static [(usize, bool)],
    /// Methods of its first argument that it calls.
    pub(super) methods: &'static [&'static str],
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
        let is_own = {
            let world = cx.query.world;
            let path = world.path(world.canonical(obj.pkg));
            !path.is_empty() && cx.path.starts_with(path)
        };
        let touches = match (method(UNSAFE_TYPES), method(MAP_TYPES)) {
            // The tests of a library know which of its methods only read.
            _ if is_own => None,
            (Some(write), _) => Some((write, AccessKind::Library)),
            (_, Some(write)) => Some((write, AccessKind::Map)),
            _ => None,
        };
        Self {
            uses_system: among(SYSTEM),
            is_special: among(SPECIAL),
            touches,
            elements: ELEMENTS
                .iter()
                .find(|(name, _)| *name == &*symbol)
                .map_or(&[], |(_, found)| found),
            methods: METHODS
                .iter()
                .find(|(name, _)| *name == &*symbol)
                .map_or(&[], |(_, found)| found),
            models: cx.models(obj),
            waits: waits_by_name(cx, obj) && &*symbol != "sync.(*Cond).Wait"
                || matches!(
                    &*symbol,
                    "net/http/httptest.(*Server).Close"
                        | "internal/synctest.Run"
                        | "testing/synctest.Run"
                        | "testing/synctest.Test"
                ),
            is_own,
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
