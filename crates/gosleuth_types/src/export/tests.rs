use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::*;
use crate::display::Qualify;
use crate::object::{ObjKind, PkgId};
use crate::query::{Caches, Query};
use crate::testing;
use crate::world::World;

const PROGRAM: &str = r#"
-- a --
package a

import "unsafe"

type Number interface{ ~int | ~float64 }

type List[T any] struct {
	head *node[T]
	Len  int `json:"len"`
	tree[T]
}

type node[T any] struct {
	next *node[T]
	val  T
}

type tree[T any] struct{ Left, Right *tree[T] }

func (l *List[T]) Push(v T) *List[T] { return l }
func (l *List[T]) seal()             {}
func (t tree[E]) Walk(f func(E) bool) {}

type Shape interface {
	Area() float64
	private() hidden
}

type hidden struct{ secret map[string]chan<- int }

func (hidden) Tell() string { return "" }

type Circle struct{ hidden }

func (Circle) Area() float64   { return 0 }
func (Circle) private() hidden { return hidden{} }

const (
	Big    = 1 << 100
	Third  = 1.0 / 3
	Point  = 1 + 2i
	Text   = "a\x00b"
	Yes    = true
	Minus  = -5
	Size   = unsafe.Sizeof(Circle{})
	little = 7
)

var Table [little]func(...Shape) (n int, err error)

func Map[T, U any, S ~[]T](s S, f func(T) U) []U { return nil }

type Alias = List[string]
type Pair[A comparable] = struct{ First, Second A }

func unused(x int) (y int) { type local struct{ x int }; return 0 }
-- b --
package b

import "a"

type Mine a.Circle
type Wrapped struct {
	a.List[int]
	*a.Circle
}
type Self interface {
	a.Shape
	Again(Self) Self
}

var Default = a.Map([]int{1}, func(int) string { return "" })
var V a.Pair[int]
-- c --
package c

import "b"

type Mine b.Mine

func F(b.Wrapped) (x b.Mine) { return }
"#;

/// The packages of [`PROGRAM`] in their bytes, and a world made of those alone.
fn there_and_back(positions: Positions) -> (testing::Program, Vec<Vec<u8>>, World, Vec<PkgId>) {
    let program = testing::check(PROGRAM);
    let blobs: Vec<Vec<u8>> = program
        .packages
        .iter()
        .map(|package| {
            let reach = Reach::of_package(&program.world, package.pkg);
            encode(&program.world, package.pkg, &reach, positions)
        })
        .collect();
    let world = World::new();
    // Numbers of packages, names and types differ from those of the first world.
    world.register("something else", None);
    world.name("Second");
    world.types.slice(world.types.slice(crate::TypeId::STRING));
    let mut packages = FxHashMap::default();
    let mut ids = Vec::new();
    for (package, blob) in program.packages.iter().zip(&blobs) {
        let path = program.world.path(package.pkg);
        let pkg = world.register(path, None);
        assert!(
            references(blob)
                .unwrap()
                .iter()
                .all(|path| *path == "unsafe" || packages.contains_key(*path))
        );
        let types = decode(&world, pkg, blob, |path| packages.get(path).copied());
        world.finish(pkg, types.unwrap());
        packages.insert(path.to_owned(), pkg);
        ids.push(pkg);
    }
    (program, blobs, world, ids)
}

/// Everything that the scope of a package leads to, in words.
fn describe(world: &World, pkg: PkgId) -> String {
    let package = world.package(pkg);
    let caches = Caches::default();
    let query = Query {
        world,
        pkg,
        own: &package.tables,
        caches: &caches,
    };
    let mut scope: Vec<_> = package.tables.scope.values().collect();
    scope.sort();
    let mut out = String::new();
    for &&index in &scope {
        let object = &package.tables.objects[index as usize];
        let ty = object.ty.unwrap();
        let _ = write!(
            out,
            "{} {:?} {}",
            world.text(object.name),
            object.pos,
            query.display(ty, Qualify::Path)
        );
        let _ = write!(out, " = {}", query.display(query.underlying(ty), Qualify::Path));
        match &object.kind {
            ObjKind::Const(value) => {
                let _ = write!(out, " {value:?}");
            }
            ObjKind::Type { alias, .. } => {
                for name in [
                    "Push", "seal", "Walk", "Len", "Area", "private", "Tell", "secret", "Again", "Left",
                ] {
                    if let Some(found) = query.lookup(ty, world.name(name), world.canonical(pkg)) {
                        let ty = query.display(found.ty, Qualify::Path);
                        let _ = write!(out, "\n    {name} {:?} {:?} {ty}", found.kind, found.path);
                    }
                }
                let _ = write!(out, " alias {alias} comparable {}", query.is_comparable(ty));
            }
            _ => {}
        }
        out.push('\n');
    }
    out
}

#[test]
fn packages_come_back_as_they_were() {
    let (program, _, world, ids) = there_and_back(Positions::Keep);
    for (package, id) in program.packages.iter().zip(ids) {
        let before = describe(&program.world, package.pkg);
        assert_eq!(before, describe(&world, id));
        assert!(!before.contains("invalid"), "{before}");
        let (before, after) = (program.world.package(package.pkg), world.package(id));
        assert_eq!(before.files, after.files);
        assert_eq!(before.imports.len(), after.imports.len());
        assert_eq!(
            after.tables.objects.len().min(before.tables.objects.len()),
            after.tables.objects.len()
        );
    }
}

#[test]
fn bytes_do_not_depend_on_the_world() {
    for positions in [Positions::Keep, Positions::Drop] {
        let (_, blobs, world, ids) = there_and_back(positions);
        for (blob, id) in blobs.iter().zip(ids) {
            assert!(*blob == encode(&world, id, &Reach::of_package(&world, id), positions));
        }
    }
}

#[test]
fn what_only_functions_use_is_not_mentioned() {
    let program = testing::check(
        "-- a --\npackage a\n\ntype T struct{}\n-- b --\npackage b\n\nvar V int\n-- c --\npackage c\n\nimport (\n\t\"a\"\n\t\"b\"\n)\n\n\
         func F() *a.T {\n\tb.V++\n\treturn nil\n}\n",
    );
    let of = |number: usize| program.packages[number].pkg;
    let reach = Reach::of_package(&program.world, of(2));
    let (blob, mentions) = encode_with_mentions(&program.world, of(2), &reach, Positions::Drop);
    assert_eq!(mentions, [of(0)]);
    assert_eq!(references(&blob).unwrap(), ["a", "b"]);
}

#[test]
fn only_what_programs_can_reach_is_kept_of_what_is_exported() {
    let (program, whole, ..) = there_and_back(Positions::Drop);
    let world = &program.world;
    let ids: Vec<PkgId> = program.packages.iter().map(|package| package.pkg).collect();
    let reach = Reach::of_exported(world, &ids);
    let blob = encode(world, ids[0], &reach, Positions::Drop);
    assert!(blob.len() < whole[0].len());
    let other = World::new();
    let pkg = other.register("a", None);
    let types = decode(&other, pkg, &blob, |_| None).unwrap();
    let has = |name: &str| types.tables.scope.contains_key(&other.name(name));
    assert!(has("List") && has("Map") && has("hidden") && !has("little") && !has("unused"));
    // `private` decides what implements `Shape`; nobody outside can tell whether there is a `seal`.
    let methods: Vec<&str> = types
        .tables
        .nameds
        .iter()
        .flat_map(|info| &info.methods)
        .map(|&(name, _)| other.text(name))
        .collect();
    assert!(methods.contains(&"private") && methods.contains(&"Push") && !methods.contains(&"seal"));
}

/// Damaged copies of each package.
const ROUNDS: usize = 600;

#[test]
fn damaged_bytes_do_no_harm() {
    let (_, blobs, world, _) = there_and_back(Positions::Keep);
    let ids = [world.register("x", None), world.register("y", None)];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for blob in &blobs {
        for cut in 0..blob.len() {
            let _ = decode(&world, ids[0], &blob[..cut], |_| Some(ids[1]));
        }
        for _ in 0..ROUNDS {
            let mut bytes = blob.clone();
            for _ in 0..3 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let place = (random >> 33) as usize % bytes.len();
                bytes[place] = (random >> 8) as u8;
            }
            let fresh = World::new();
            let pkg = fresh.register("a", None);
            if let Ok(types) = decode(&fresh, pkg, &bytes, |_| None) {
                fresh.finish(pkg, types);
                describe(&fresh, pkg);
                // What could be read is a package, and can be written and read.
                let again = encode(&fresh, pkg, &Reach::of_package(&fresh, pkg), Positions::Keep);
                let other = fresh.register("a", None);
                assert!(decode(&fresh, other, &again, |_| None).is_ok(), "{bytes:?}");
            }
        }
    }
}

/// Found by fuzzing: a package without files, whose objects are nowhere.
const WITHOUT_FILES: &str = "010507636f6e7465787403666d740473796e630474696d652766697874757265732e746573742f70726f6772616d732f0873657474696e6773077761 \
    746368657209537562736372696265077075626c69736809636f6d706f6e656e7406666f6c6c6f77046d1a000000021a0802001f09261a1a0074696e \
    6773077761746368657209537562736372696265077075626c69736809636f6d706f6e656e7406666f6c6c6f77046d1a000000021a0802001f09261a \
    1a000325091a1a1a00070001070200000c000a020800000325091a1a1a00070001070200000c000a02080000000d00092b0400000000000000000000 \
    000000000000000000000000003f000000000000040000020100";

#[test]
fn what_could_be_decoded_can_be_encoded_and_decoded() {
    let digits: Vec<char> = WITHOUT_FILES.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap())
        .collect();
    let world = World::new();
    let pkg = world.register("p", None);
    let types = decode(&world, pkg, &bytes, |_| None).unwrap();
    assert!(types.files.is_empty() && !types.tables.scope.is_empty());
    world.finish(pkg, types);
    let again = encode(&world, pkg, &Reach::of_package(&world, pkg), Positions::Keep);
    decode(&world, world.register("p", None), &again, |_| None).unwrap();
}

#[test]
fn few_objects_behind_many_holes_come_back() {
    let mut text = String::from("-- a --\npackage a\n\n");
    for number in 0..20_000 {
        let _ = writeln!(text, "var v{number} int");
    }
    text.push_str("const Last = 1\n");
    let program = testing::check(&text);
    let pkg = program.packages[0].pkg;
    let reach = Reach::of_exported(&program.world, &[pkg]);
    let blob = encode(&program.world, pkg, &reach, Positions::Drop);
    assert!(blob.len() < 1000, "{}", blob.len());
    let world = World::new();
    let types = decode(&world, world.register("a", None), &blob, |_| None).unwrap();
    assert_eq!(types.tables.scope.len(), 1);
    // What claims holes it does not pay for is refused.
    assert!(decode(&world, world.register("a", None), &blob[..blob.len() - 8], |_| None).is_err());
}
