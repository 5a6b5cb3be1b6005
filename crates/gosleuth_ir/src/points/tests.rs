//! Programs that say what they expect: a line that makes something has a name (`// A:`), and a line with a channel operation lists what the channel
//! may be (`// = A B`). `A/x` is what line `A` makes for the call at line `x`, `.1` a field and `[]` the elements, `?` what is made outside.

use std::collections::BTreeSet;

use gosleuth_base::Idx as _;
use gosleuth_syntax::{ParseOptions, parse};
use gosleuth_types::{Caches, CheckInput, Query, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

use super::{PlaceId, PlaceKind, Points};
use crate::ir::{Callee, FuncId, FuncKey, Op, ValueId};
use crate::{Unit, UnitFile, build_package};

fn check(text: &str) {
    check_as(text, false);
}

fn check_as(text: &str, is_main: bool) {
    let world = World::new();
    let tree = parse(text.as_bytes(), ParseOptions::default());
    assert!(tree.errors.is_empty(), "{:?}", tree.errors);
    let pkg = world.register("example.com/p", None);
    let input = CheckInput {
        pkg,
        files: vec![SourceFile {
            path: "p.go",
            text: text.as_bytes(),
            tree: &tree,
        }],
        imports: FxHashMap::default(),
        word_size: 8,
    };
    let checked = check_package(&world, input, |types| world.finish(pkg, types));
    assert!(checked.errors.is_empty(), "{:?}", checked.errors);
    let caches = Caches::default();
    let query = Query {
        world: &world,
        pkg,
        own: &checked.tables,
        caches: &caches,
    };
    let files = [UnitFile {
        tree: &tree,
        info: &checked.files[0],
        go_minor: 24,
    }];
    let package = build_package(&Unit { query, files: &files });
    let points = Points::new(query, vec![&package], is_main);
    let lines: Vec<&str> = text.lines().collect();
    let line_of = |(func, value): (FuncKey, ValueId)| {
        let pos = package.funcs[func.func].values[value].pos as usize;
        text[..pos].matches('\n').count()
    };
    let name = |at| {
        let line = line_of(at);
        let comment = lines[line].split("// ").nth(1).unwrap_or_default();
        match comment.split_once(':') {
            Some((name, _)) => name.to_owned(),
            None => format!("line {}", line + 1),
        }
    };
    fn shown(points: &Points<'_>, place: PlaceId, name: &dyn Fn((FuncKey, ValueId)) -> String) -> String {
        match points.place(place).kind {
            PlaceKind::Made(func, value) => name((func, value)),
            PlaceKind::MadeFor(at, site) => format!("{}/{}", name(at), name(site)),
            PlaceKind::Field(of, number) => format!("{}.{number}", shown(points, of, name)),
            PlaceKind::Element(of) => format!("{}[]", shown(points, of, name)),
            PlaceKind::Outside(_) => "?".to_owned(),
            _ => points.describe(place),
        }
    }
    let mut seen = 0;
    for (id, func) in package.funcs.iter_enumerated() {
        let key = FuncKey { unit: 0, func: id };
        for block in func.blocks.iter() {
            for &value in &block.values {
                let asked = match func.op(value) {
                    Op::Send { chan, .. } | Op::Recv { chan, .. } => *chan,
                    Op::Call(call) if matches!(call.callee, Callee::Builtin(_)) => match call.args.first() {
                        Some(&arg) => arg,
                        None => continue,
                    },
                    _ => continue,
                };
                let line = line_of((key, value));
                let Some((_, wanted)) = lines[line].split_once("// = ") else {
                    continue;
                };
                let found = points.of(key, asked).expect("small enough");
                let found: BTreeSet<_> = found.iter().map(|&place| shown(&points, place, &name)).collect();
                let wanted: BTreeSet<_> = wanted.split(' ').map(str::to_owned).collect();
                assert_eq!(found, wanted, "line {}: {}", line + 1, lines[line]);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, text.matches("// = ").count(), "an expectation was not looked at");
    assert!(seen > 0);
}

#[test]
fn variables_closures_and_parameters() {
    check(
        "package p
func f(some bool) {
	a := make(chan int) // A:
	b := make(chan int) // B:
	c := a
	if some {
		c = b
	}
	go func() {
		a <- 1 // = A
	}()
	<-c // = A B
	send(b)
	func(ch chan<- int) {
		ch <- 1 // = B
	}(b)
}
func send(ch chan int) {
	ch <- 1 // = B
}
",
    );
}

#[test]
fn a_constructor_is_one_for_each_call() {
    check(
        "package p
type pool struct {
	jobs chan int
	done chan bool
}
func newPool(size int, done chan bool) *pool {
	p := &pool{ // P:
		jobs: make(chan int, size), // J:
		done: done,
	}
	return p
}
func f() {
	done := make(chan bool) // D:
	a := newPool(1, done) // a:
	b := newPool(2, make(chan bool)) // b: E:
	a.jobs <- 1 // = J/a
	<-b.jobs // = J/b
	<-a.done // = D
	<-b.done // = b
}
",
    );
}

#[test]
fn constructors_of_values() {
    check(
        "package p
type pair struct{ in, out chan int }
func newPair() pair {
	return pair{in: make(chan int), out: make(chan int)} // P:
}
func f() {
	a := newPair() // a:
	b := newPair() // b:
	a.in <- 1 // = P/a
	b.in <- 1 // = P/b
	c := b
	c.out <- 1 // = P/b
}
",
    );
}

#[test]
fn a_constructor_that_starts_something_is_one_for_all_calls() {
    check(
        "package p
type pool struct{ jobs chan int }
func newPool() *pool {
	p := &pool{jobs: make(chan int)} // J:
	go p.run()
	return p
}
func (p *pool) run() {
	<-p.jobs // = J
}
func f() {
	a := newPool()
	a.jobs <- 1 // = J
}
",
    );
}

#[test]
fn fields_of_what_methods_get() {
    check(
        "package p
type Box struct {
	in chan int
	Out chan int
}
func New() *Box {
	return &Box{in: make(chan int), Out: make(chan int)} // B:
}
func (b *Box) Put() {
	b.in <- 1 // = B
	b.Out <- 1 // = B ?
}
",
    );
}

#[test]
fn nobody_else_makes_what_nobody_else_can_name() {
    check(
        "package p
type box struct{ in chan int }
func New() *box {
	return &box{in: make(chan int)} // B:
}
func (b *box) Put() {
	b.in <- 1 // = B
}
func Use(ch chan int) {
	ch <- 1 // = ?
}
",
    );
}

#[test]
fn a_program_is_called_by_nobody() {
    check_as(
        "package main
type Hub struct{ In chan int }
func Start() *Hub {
	return &Hub{In: make(chan int)} // H:
}
func (h *Hub) Put() {
	h.In <- 1 // = H/m
}
func main() {
	Start().Put() // m:
}
",
        true,
    );
}

#[test]
fn interfaces_lead_to_the_methods_of_what_they_hold() {
    check(
        "package p
type sink interface{ put(ch chan int) }
type first struct{ n int }
type second struct{ ch chan int }
func (first) put(ch chan int) {
	ch <- 1 // = A
}
func (s *second) put(ch chan int) {
	ch <- 1 // = B
	s.ch <- 1 // = C
}
func f() {
	var s sink = first{}
	s.put(make(chan int)) // A:
	var t sink = &second{ch: make(chan int)} // C:
	t.put(make(chan int)) // B:
	t.(*second).ch <- 1 // = C
}
",
    );
}

#[test]
fn function_values_in_fields() {
    check(
        "package p
type hooks struct{ stop func() chan int }
func f() {
	a := make(chan int) // A:
	h := hooks{stop: func() chan int { return a }}
	k := hooks{stop: other}
	<-h.stop() // = A
	<-k.stop() // = B
}
func other() chan int {
	return make(chan int) // B:
}
func g() {
	h := &hooks{}
	h.stop = (&holder{ch: make(chan int)}).get // C:
	<-h.stop() // = C
}
type holder struct{ ch chan int }
func (h *holder) get() chan int { return h.ch }
",
    );
}

#[test]
fn elements_and_what_goes_through_channels() {
    check(
        "package p
func f() {
	m := map[string]chan int{}
	m[\"a\"] = make(chan int) // A:
	var list []chan int
	list = append(list, make(chan int), make(chan int)) // L:
	list[0] <- 1 // = L
	for _, ch := range m {
		<-ch // = A
	}
	requests := make(chan chan int) // R:
	go func() {
		requests <- make(chan int) // E:
	}()
	reply := <-requests // = R
	reply <- 1 // = E
	if ch, ok := m[\"b\"]; ok {
		close(ch) // = A
	}
	copied := make([]chan int, 2)
	copy(copied, list)
	<-copied[1] // = L
}
",
    );
}

#[test]
fn structs_are_copied() {
    check(
        "package p
type inner struct{ ch chan int }
type outer struct{ in inner }
func f() {
	a := outer{in: inner{ch: make(chan int)}} // A:
	b := a
	b.in.ch <- 1 // = A B
	list := []outer{a}
	list[0].in.ch <- 1 // = A
	p := &b.in
	p.ch = make(chan int) // B:
	<-b.in.ch // = A B
	<-a.in.ch // = A
}
",
    );
}

#[test]
fn variables_of_the_package() {
    check(
        "package p
var hidden = make(chan int) // H:
var Seen = make(chan int) // S:
func f() {
	hidden <- 1 // = H
	Seen <- 1 // = S ?
}
",
    );
}

#[test]
fn generic_types() {
    check(
        "package p
type queue[T any] struct{ items chan T }
func newQueue[T any]() *queue[T] {
	return &queue[T]{items: make(chan T)} // Q:
}
func (q *queue[T]) put(x T) {
	q.items <- x // = Q/a Q/b
}
func f() {
	a := newQueue[int]() // a:
	b := newQueue[string]() // b:
	a.put(1)
	b.put(\"\")
	<-a.items // = Q/a
}
",
    );
}

/// Constraints are made when somebody asks; what is found may not depend on who asked before.
#[test]
fn the_order_of_questions_does_not_matter() {
    let text = "package p
type node struct {
	next *node
	ch   chan int
}
func mk(next *node) *node { return &node{next: next, ch: make(chan int)} }
func last(n *node) *node {
	for n.next != nil {
		n = n.next
	}
	return n
}
func f(some bool) {
	a := mk(nil)
	b := mk(a)
	c := mk(b)
	if some {
		a.next = c
	}
	last(c).ch <- 1
	swap(&a, &b)
	<-a.ch
}
func swap(x, y **node) { *x, *y = *y, *x }
";
    let world = World::new();
    let tree = parse(text.as_bytes(), ParseOptions::default());
    let pkg = world.register("example.com/p", None);
    let input = CheckInput {
        pkg,
        files: vec![SourceFile {
            path: "p.go",
            text: text.as_bytes(),
            tree: &tree,
        }],
        imports: FxHashMap::default(),
        word_size: 8,
    };
    let checked = check_package(&world, input, |types| world.finish(pkg, types));
    let caches = Caches::default();
    let query = Query {
        world: &world,
        pkg,
        own: &checked.tables,
        caches: &caches,
    };
    let files = [UnitFile {
        tree: &tree,
        info: &checked.files[0],
        go_minor: 24,
    }];
    let package = build_package(&Unit { query, files: &files });
    let mut all: Vec<(FuncId, ValueId)> = Vec::new();
    for (id, func) in package.funcs.iter_enumerated() {
        all.extend((0..func.values.len()).map(|value| (id, ValueId::from_usize(value))));
    }
    let answers = |order: &[(FuncId, ValueId)]| {
        let points = Points::new(query, vec![&package], false);
        let key = |func| FuncKey { unit: 0, func };
        for &(func, value) in order {
            let _ = points.of(key(func), value);
        }
        let text = |&(func, value): &(FuncId, ValueId)| {
            let found = points.of(key(func), value).expect("small enough");
            let mut names: Vec<_> = found.iter().map(|&place| points.describe(place)).collect();
            names.sort_unstable();
            names
        };
        all.iter().map(text).collect::<Vec<_>>()
    };
    let forwards = answers(&all);
    let backwards: Vec<_> = all.iter().rev().copied().collect();
    assert_eq!(forwards, answers(&backwards));
    let mut odd: Vec<_> = all.iter().skip(1).step_by(2).copied().collect();
    odd.extend(all.iter().step_by(2).copied());
    assert_eq!(forwards, answers(&odd));
    // Asking for one thing alone gives the same as asking for all before.
    for (number, &one) in all.iter().enumerate().step_by(3) {
        let points = Points::new(query, vec![&package], false);
        let found = points
            .of(FuncKey { unit: 0, func: one.0 }, one.1)
            .expect("small enough");
        let mut names: Vec<_> = found.iter().map(|&place| points.describe(place)).collect();
        names.sort_unstable();
        assert_eq!(names, forwards[number]);
    }
}
