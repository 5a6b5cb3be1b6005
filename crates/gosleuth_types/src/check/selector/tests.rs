//! Selectors.

use crate::info::SelectionKind;
use crate::testing::{check, load};

#[test]
fn fields_and_methods() {
    let p = check(
        "package p
type Base struct { id int }
func (b Base) ID() int { return b.id /*: int */ }
func (b *Base) Set(id int) { b.id = id }
type User struct { *Base; Name string }
func get() User { return User{} }
func f(u User, p *User) {
	_ = u.Name /*: string */
	_ = p.id /*: int */
	_ = u.ID() /*: int */
	u.Set /*: func(int) */(1)
	_ = get().Name
	_ = get().Base.id
}
",
    );
    let selection = p.selection("p.id");
    assert_eq!(selection.kind, SelectionKind::Field);
    assert_eq!(selection.path, [0, 0]);
    assert!(selection.indirect);
    assert_eq!(p.display(p.main(), selection.recv), "*User");
    assert!(!p.selection("u.Name").indirect);
    assert_eq!(p.selection("u.Set").path, [0, 1]);
    assert!(p.expr("u.Name").starts_with("var "));
    assert!(p.expr("get().Name").starts_with("value "));
    assert!(p.expr("get().Base.id").starts_with("var "));
    assert!(p.expr("u.Set").starts_with("value "));
}

#[test]
fn methods_as_functions() {
    let p = check(
        "package p
type T struct{}
func (T) Value(int) string { return \"\" }
func (*T) Pointer() {}
type I interface { Do(...int) error }
type G[P any] struct{}
func (G[P]) Get(P) P { panic(0) }
func f() {
	_ = T.Value /*: func(T, int) string */
	_ = (*T).Value /*: func(*T, int) string */
	_ = (*T).Pointer /*: func(*T) */
	_ = I.Do /*: func(I, ...int) error */
	_ = G[int].Get /*: func(G[int], int) int */
	_ = interface{ M() }.M /*: func(interface{M()}) */
	_ = T.Value(T{}, 1) /*: string */
}
",
    );
    assert_eq!(p.selection("T.Value").kind, SelectionKind::MethodExpr);
    assert_eq!(p.display(p.main(), p.selection("(*T).Pointer").recv), "*T");
}

#[test]
fn methods_of_type_parameters_and_interfaces() {
    check(
        "package p
type Reader interface { Read([]byte) (int, error) }
type Closer interface { Close() error }
type ReadCloser interface { Reader; Closer }
type file struct{ ReadCloser }
func f(rc ReadCloser, x file) {
	_ = rc.Close() /*: error */
	_ = x.Read /*: func([]uint8) (int, error) */
	_, err := x.ReadCloser.Read(nil)
	_ = err.Error() /*: string */
}
func g[T Reader, PT interface{ *E; Closer }, E any](t T, p PT) {
	t.Read /*: func([]uint8) (int, error) */(nil)
	_ = p.Close() /*: error */
	_ = T.Read /*: func(T, []uint8) (int, error) */
}
",
    );
}

#[test]
fn methods_are_numbered_as_sorted_in_interfaces_and_as_declared_in_types() {
    let p = check(
        "package p
type I interface { b(); a(); Z(); Y() }
type T struct{}
func (T) b() {}
func (T) a() {}
func f(i I, t T) {
	i.a()
	i.b()
	i.Z()
	t.a()
}
",
    );
    assert_eq!(p.selection("i.Z").path, [1]);
    assert_eq!(p.selection("i.a").path, [2]);
    assert_eq!(p.selection("i.b").path, [3]);
    assert_eq!(p.selection("t.a").path, [1]);
}

#[test]
fn package_level_values_need_methods_that_come_later() {
    check(
        "package p
var x = New().Run(3) /*: []T */
func New() *T { return nil }
func (t *T) Run(n int) []T { return nil }
type T struct { Inner }
var y = T{}.Deep() /*: string */
type Inner struct{}
func (Inner) Deep() string { return \"\" }
",
    );
}

#[test]
fn names_of_other_packages() {
    let p = check(
        "
-- a/b --
package b
const Answer = 42
var Count uint
type Item struct { Size int; hidden bool }
func (Item) Show() string { return \"\" }
func Make() Item { return Item{} }
-- main --
package main
import (
	\"a/b\"
	other \"a/b\"
	\"unsafe\"
)
func f() {
	_ = (b.Answer + 1) /*: int */
	_ = b.Count /*: uint */
	_ = other.Make() /*: b.Item */
	var i b.Item /*: b.Item */
	_ = i.Size /*: int */
	_ = i.Show() /*: string */
	_ = unsafe.Pointer(&i) /*: unsafe.Pointer */
	_ = unsafe.Sizeof(i) /*: uintptr */
	b := 1
	_ = b /*: int */
}
",
    );
    assert!(p.expr("b.Answer").starts_with("const "));
    assert!(p.expr("b.Count").starts_with("var "));
    assert!(p.expr("b.Item").starts_with("type "));
}

#[test]
fn tests_add_methods_to_the_types_they_extend() {
    let p = check(
        "
-- a --
package a
type T struct{ x int }
func (T) One() {}
-- a [tests] --
package a
func (t T) Two() int { return t.x }
func (t T) use() { t.One(); t.Two() }
-- a_test --
package a_test
import \"a\"
func f(t a.T) {
	t.One()
	_ = t.Two() /*: int */
}
",
    );
    assert_eq!(p.selection("t.One").path, [0]);
    assert_eq!(p.selection("t.Two").path, [1]);
}

#[test]
fn what_is_not_there_is_unknown() {
    let p = load(
        "
-- b --
package b
var hidden int
type T struct { hidden int; Shown int }
-- main --
package main
import (
	\"b\"
	\"missing\"
)
import \"C\"
func f(t b.T, i interface{ M() }) {
	_ = b.hidden
	_ = b.None
	_ = missing.Thing(1).Deep[2].X
	_ = C.malloc(4)
	_ = t.hidden
	_ = t.Shown
	_ = (&i).M
	_ = t._
	_ = b.T.Shown
}
",
    );
    for text in [
        "b.hidden",
        "b.None",
        "missing.Thing(1).Deep[2].X",
        "C.malloc(4)",
        "t.hidden",
        "(&i).M",
        "t._",
    ] {
        assert_eq!(p.expr(text), "unknown invalid type", "{text}");
    }
    assert!(p.expr("t.Shown").ends_with(" int"));
    assert_eq!(
        p.errors(),
        [
            "8: undefined: hidden is not declared in \"b\"",
            "9: undefined: None is not declared in \"b\""
        ]
    );
}
