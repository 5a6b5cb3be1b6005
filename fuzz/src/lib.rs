//! What all fuzz targets share: reading under a memory limit.
//!
//! Every allocation is counted; reading may hold at most 64 MiB and twice the input (twice what it decompresses to, up to the
//! cap set here) at any moment.

pub mod archive;
pub mod go;
pub mod modules;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use gosleuth_case::CaseFile;
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};
use gosleuth_report::{Format, RenderOptions};
use gosleuth_syntax::{ParseOptions, parse};
use gosleuth_types::{export, Caches, CheckInput, Qualify, Query, SourceFile, World, check_package};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system allocator unchanged; only sizes are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes one fuzz input may decompress to.
const MAX_DECOMPRESSED: u64 = 16 << 20;

/// Reads the input as one file and checks the memory bound and the invariants of the evidence.
pub fn read_bounded(data: &[u8]) -> EvidenceSet {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut set = EvidenceSet::new();
    let options = ReadOptions { max_bytes: MAX_DECOMPRESSED, ..ReadOptions::default() };
    read(&mut set, &Source { name: "fuzz", time: None }, &mut &*data, &options);
    let used = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    let read = set.inputs.iter().map(|input| input.decompressed).max().unwrap_or(0) as usize;
    let limit = (64 << 20) + 2 * data.len().max(read);
    assert!(used <= limit, "{used} bytes held for an input of {} ({read} decompressed)", data.len());
    for snapshot in &set.snapshots {
        let sum: u64 = snapshot.groups.iter().map(|group| group.count).sum();
        assert_eq!(sum, snapshot.total, "groups add up to the total");
    }
    set
}

/// Runs what reads `len` bytes of Go: it may hold a few hundred bytes for each at any moment.
pub fn bounded(len: usize, read: impl FnOnce()) {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    read();
    let used = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    let limit = (1 << 20) + 1024 * len;
    assert!(used <= limit, "{used} bytes held for {len} bytes of Go");
}

/// Writes a case in every format, plain and redacted, and checks what can be checked of the result.
pub fn write_all(set: &EvidenceSet, case: &CaseFile) {
    for format in [Format::Text, Format::Json, Format::Markdown, Format::Html] {
        for redact in [false, true] {
            let options = RenderOptions { redact, color: true, ..RenderOptions::default() };
            let mut out = Vec::new();
            gosleuth_report::write(format, set, case, &options, &mut out).expect("writing to memory cannot fail");
            let text = String::from_utf8(out).expect("reports are UTF-8");
            if format == Format::Json {
                serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("the JSON report is JSON");
            }
        }
    }
}

/// A package for the fuzzed one to import.
const LIBRARY: &str = "package lib
type Box[T any] struct { Value T; next *Box[T] }
func (b *Box[T]) Get() T { return b.Value }
type Pair[K comparable, V any] struct { Key K; Value V }
func Map[S ~[]E, E, R any](s S, f func(E) R) []R { return nil }
type Getter[T any] interface { Get() T }
const Big = 1 << 100
var Default = Pair[string, int]{Key: \"a\"}
";

/// Checks the input as a package of one file that may import `lib` and `unsafe`, under a memory limit, and shows every type.
pub fn check_types(text: &[u8]) {
    let world = World::new();
    let lib = world.register("lib", None);
    check(&world, lib, Vec::new(), LIBRARY.as_bytes());
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let pkg = world.register("p", None);
    check(&world, pkg, vec![("lib".to_owned(), lib)], text);
    let used = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    let limit = (256 << 20) + 1024 * text.len();
    assert!(used <= limit, "{used} bytes held for {} bytes of Go", text.len());
}

fn check(world: &World, pkg: gosleuth_types::PkgId, imports: Vec<(String, gosleuth_types::PkgId)>, text: &[u8]) {
    let tree = parse(text, ParseOptions::default());
    let files = vec![SourceFile { path: "p/x.go", text, tree: &tree }];
    let input = CheckInput { pkg, files, imports: imports.into_iter().collect(), word_size: 8 };
    let checked = check_package(world, input, |types| world.finish(pkg, types));
    let caches = Caches::default();
    let query = Query { world, pkg, own: &checked.tables, caches: &caches };
    let mut shown = 0;
    for (expr, _) in tree.exprs.iter_enumerated() {
        let ty = checked.files[0].type_of(expr);
        // Types can share their parts; writing them in full has no bound but this one.
        if shown < 1 << 20 {
            shown += query.display(ty, Qualify::Path).to_string().len();
        }
    }
}

/// Makes a package from the input, which may refer to `lib`; asks for methods and fields of its types, and exports it again.
pub fn import_package(bytes: &[u8]) {
    let world = World::new();
    let lib = world.register("lib", None);
    check(&world, lib, Vec::new(), LIBRARY.as_bytes());
    let pkg = world.register("p", None);
    let Ok(types) = export::decode(&world, pkg, bytes, |path| (path == "lib").then_some(lib)) else { return };
    world.finish(pkg, types);
    let tables = &world.package(pkg).tables;
    let caches = Caches::default();
    let query = Query { world: &world, pkg, own: tables, caches: &caches };
    for info in tables.nameds.iter().take(64) {
        for name in ["Get", "Value", "next", "x"] {
            query.lookup(info.ty, world.name(name), pkg);
        }
        query.is_comparable(info.ty);
        query.type_set(info.ty);
    }
    let reach = export::Reach::of_package(&world, pkg);
    let again = export::encode(&world, pkg, &reach, export::Positions::Keep);
    let other = world.register("p", None);
    assert!(export::decode(&world, other, &again, |path| (path == "lib").then_some(lib)).is_ok());
}
