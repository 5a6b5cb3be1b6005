//! Programs with damage: whatever is deleted, doubled, replaced or flipped, checking ends without panic, and declarations away from the
//! damage keep their types.

use crate::testing::{Program, load};
use crate::types::TypeId;

/// Declarations of every kind. Between two marks `//@` is one that is damaged at a time.
const PROGRAM: &str = r#"package p
import "unsafe"
type List[T any] struct { value T; next *List[T] }
func (l *List[T]) Push(v T) *List[T] { return &List[T]{value: v, next: l} }
func Map[S ~[]E, E, R any](s S, f func(E) R) []R { var out []R; for _, x := range s { out = append(out, f(x)) }; return out }
type Shape interface { Area() float64; String() string }
type Square struct { side float64; tags map[string][]int }
func (s Square) Area() float64 { return s.side * s.side }
func (s *Square) String() string { return "square" }
const ( First = iota + 1; Second; Third = First << Second )
var table = map[string]func(int) (int, error){ "a": func(x int) (int, error) { return x + Third, nil } }
var _ Shape = &Square{side: 1 << 3, tags: map[string][]int{"a": {1, 2}}}
//@
func victim(ch chan int, xs ...Shape) (n int, err error) {
	defer func() { if r := recover(); r != nil { err, _ = r.(error) } }()
	for i, x := range xs {
		switch y := x.(type) {
		case *Square: n += len(y.tags["k"]) + int(y.side*2.5)
		case interface{ Close() error }: err = y.Close()
		default: goto done
		}
		select { case v, ok := <-ch: if ok { n |= v } ; case ch <- i: default: }
	}
	n = len(Map([]string{"a", "b"}, func(s string) complex128 { return complex(float64(len(s)), 1) }))
	n ^= int(unsafe.Sizeof(List[[4]byte]{})) &^ [...]int{2: 1, 5}[1]
	const local = "text" + `raw`
	type pair[K comparable, V any] struct { k K; v V }
	_ = []*pair[string, int]{{"a", 1}, {k: local[:2]}}
done:
	return min(n, 10), err
}
//@
var after = Map([]int{1}, func(i int) *List[string] { return (*List[string])(nil).Push("x") })
type Tree struct { left, right *Tree; data List[Square] }
func (t *Tree) Walk(yield func(*Tree) bool) bool { return t == nil || t.left.Walk(yield) && yield(t) && t.right.Walk(yield) }
var last = (&Tree{}).Walk
"#;

const KEPT: [(&str, &str); 6] = [
    ("List", "List[T any]"),
    ("Third", "untyped int"),
    ("table", "map[string]func(int) (int, error)"),
    ("after", "[]*List[string]"),
    ("Tree", "Tree"),
    ("last", "func(func(*Tree) bool) bool"),
];

fn type_of(program: &Program, name: &str) -> String {
    let package = program.main();
    let tables = &package.checked.tables;
    let ty = tables
        .scope
        .get(&program.world.name(name))
        .and_then(|&index| tables.objects[index as usize].ty);
    program.display(package, ty.unwrap_or(TypeId::UNKNOWN))
}

/// Numbers in no order, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit.max(1)
    }
}

/// Words and single characters, with where they begin.
fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .flat_map(|part| part.split_at_checked(part.len() - part.chars().next_back().map_or(0, char::len_utf8)))
        .flat_map(|(word, last)| [word, last])
        .filter(|token| !token.is_empty())
        .collect()
}

#[test]
fn damage_stays_where_it_is() {
    let parts: Vec<_> = PROGRAM.split("//@\n").collect();
    let [before, victim, after] = parts[..] else {
        panic!("the program has three parts");
    };
    for (name, ty) in KEPT {
        assert_eq!(type_of(&load(PROGRAM), name), ty);
    }
    let whole = tokens(victim);
    let mut numbers = Numbers(20_261_120);
    let rounds = 2_000;
    let mut lost = 0;
    for _ in 0..rounds {
        let mut damaged = whole.clone();
        for _ in 0..=numbers.below(3) {
            let (at, other) = (numbers.below(damaged.len()), numbers.below(damaged.len()));
            match numbers.below(4) {
                0 => {
                    damaged.remove(at);
                }
                1 => damaged.insert(at, damaged[at]),
                2 => damaged[at] = damaged[other],
                _ => damaged.insert(at, damaged[other]),
            }
        }
        let program = load(&format!("{before}{}\n{after}", damaged.concat()));
        lost += KEPT.iter().filter(|(name, ty)| type_of(&program, name) != *ty).count();
    }
    // An unclosed raw string hides what is behind it, and a brace too many or too few may.
    assert!(
        lost * 1000 <= rounds * KEPT.len() * 25,
        "{lost} types lost in {rounds} rounds"
    );
}

#[test]
fn damage_anywhere_does_no_harm() {
    let whole = tokens(PROGRAM);
    let mut numbers = Numbers(7);
    for _ in 0..2_000 {
        let mut damaged = whole.clone();
        for _ in 0..=numbers.below(20) {
            let (at, other) = (numbers.below(damaged.len()), numbers.below(damaged.len()));
            match numbers.below(3) {
                0 => {
                    damaged.remove(at);
                }
                1 => damaged[at] = damaged[other],
                _ => damaged.insert(at, damaged[other]),
            }
        }
        load(&damaged.concat());
    }
}
