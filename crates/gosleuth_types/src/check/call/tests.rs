//! Calls, generic ones above all.

use crate::testing::{check, load};

#[test]
fn results_of_functions() {
    let p = check(
        "package p
func none() {}
func one() int { return 1 }
func two() (int, error) { return 1, nil }
func use(a int, err error, rest ...string) {}
func f() {
	none() /*: () */
	x := one() /*: int */
	y, err := two() /*: (int, error) */
	use(two() /*: (int, error) */)
	use(x, nil, \"a\" /*: string */, \"b\")
	use(y, err, []string{} /*: []string */...)
}
",
    );
    assert!(p.expr("none()").starts_with("void "));
    assert!(p.expr("one()").starts_with("value "));
}

#[test]
fn arguments_settle_constants() {
    check(
        "package p
type Level int
func take(b byte, f float64, l Level, a any, c ...complex64) {}
func f() {
	take(1 /*: uint8 */, 2 /*: float64 */, 3 /*: Level */, 4 /*: int */, 5 /*: complex64 */, 'x' /*: complex64 */)
	take('a' /*: uint8 */, (1 + 2) /*: float64 */, 3, (1 < 2) /*: bool */)
}
",
    );
}

#[test]
fn functions_are_called_through_anything() {
    check(
        "package p
type Handler func(int) string
type S struct { h Handler; table map[string]func() error; list []func(...int) }
func make() func() func() bool { return nil }
func f(s S) {
	s.h(1) /*: string */
	s.table[\"a\"]() /*: error */
	s.list[0](1, 2)
	make()()() /*: bool */
	func(x int) int { return x }(1) /*: int */
	(s.h)(2) /*: string */
}
func g[F func(int) string](f F) { f(1) /*: string */ }
",
    );
}

#[test]
fn conversions_are_calls() {
    check(
        "package p
type Celsius float64
func f(n int, b []byte) {
	_ = Celsius(n) /*: Celsius */
	_ = string(b) /*: string */
	_ = (*int)(nil) /*: *int */
	_ = (func(int))(nil) /*: func(int) */
	_ = []byte(\"a\" /*: string */) /*: []uint8 */
	_ = float64(1 /*: float64 */) /*: float64 */
}
",
    );
}

#[test]
fn type_arguments_are_inferred_from_arguments() {
    let p = check(
        "package p
func Map[T, U any](list []T, f func(T) U) []U { return nil }
func Keys[M ~map[K]V, K comparable, V any](m M) []K { return nil }
func Max[T int | float64](a, b T) T { return a }
type Table map[string]bool
func f(t Table, n float64) {
	_ = Map /*: func([]int, func(int) string) []string */([]int{1}, func(i int) string { return \"\" }) /*: []string */
	_ = Keys(t) /*: []string */
	_ = Max(1 /*: float64 */, n) /*: float64 */
	_ = Max(1 /*: float64 */, 2.5) /*: float64 */
	_ = Max[float64] /*: func(float64, float64) float64 */(1, 2) /*: float64 */
}
",
    );
    assert_eq!(
        p.instance("Keys", 1),
        (
            vec!["Table".to_owned(), "string".to_owned(), "bool".to_owned()],
            "func(Table) []string".to_owned()
        )
    );
}

#[test]
fn some_type_arguments_are_written() {
    let p = check(
        "package p
func Convert[To, From any](from From) To { var to To; return to }
func New[T any, P interface{ *T; Set(string) }](s string) P { return nil }
type Flag struct{}
func (*Flag) Set(string) {}
func f() {
	_ = Convert[string] /*: func(int) string */(1) /*: string */
	_ = (Convert[string])(true) /*: string */
	_ = New[Flag](\"a\") /*: *Flag */
	g := New[Flag] /*: func(string) *Flag */
	_ = g
}
",
    );
    assert_eq!(
        p.instance("Convert", 1),
        (
            vec!["string".to_owned(), "int".to_owned()],
            "func(int) string".to_owned()
        )
    );
    assert_eq!(p.instance("New", 2).0, ["Flag", "*Flag"]);
}

#[test]
fn generic_functions_are_values() {
    let p = check(
        "package p
func ID[T any](x T) T { return x }
func Pair[A, B any](a A, b B) A { return a }
func Apply[A, B any](list []A, f func(A) B) B { var b B; return b }
func plain(f func(int) int, g func(string, bool) string) {}
func get() func(int, string) int { return Pair }
func f() {
	plain(ID /*: func(int) int */, Pair /*: func(string, bool) string */)
	var v func(string) string = ID /*: func(string) string */
	v = ID
	_ = Apply([]int{}, ID /*: func(int) int */) /*: int */
	_ = Apply([]bool{}, ID[bool]) /*: bool */
	_ = Apply([]int{}, func(int) string { return \"\" }) /*: string */
}
",
    );
    assert_eq!(p.instance("ID", 1).0, ["int"]);
    assert_eq!(p.instance("Pair", 1).0, ["int", "string"]);
    assert_eq!(p.instance("Apply", 1).0, ["int", "int"]);
}

#[test]
fn generic_code_calls_itself_and_others() {
    check(
        "package p
func Index[S ~[]E, E comparable](s S, e E) int { return -1 }
func Walk[T any](x T, depth int) []T {
	if depth > 0 {
		_ = Walk([]T{x}, depth-1) /*: [][]T */
		_ = Walk[*T](&x, 0) /*: []*T */
	}
	return Walk(x, 0) /*: []T */
}
func Contains[S ~[]E, E comparable](s S, e E) bool {
	_ = Index /*: func(S, E) int */(s, e)
	return (Index(s[1:], e) >= 0) /*: bool */
}
type Set[K comparable] map[K]struct{}
func Union[K comparable](a, b Set[K]) Set[K] { return Union(b, a) /*: Set[K] */ }
func use() { _ = Union(Set[int]{}, nil) /*: Set[int] */ }
",
    );
}

#[test]
fn methods_of_generic_types() {
    check(
        "package p
type List[T any] struct { items []T; next *List[T] }
func (l *List[E]) Push(e E) *List[E] { l.items = append(l.items, e); return l.next /*: *List[E] */ }
func (l List[_]) Len() int { return len(l.items) }
func (l *List[T]) Each(f func(T) bool) { for _, x := range l.items { f(x /*: T */) } }
func f(l *List[string]) {
	l.Push /*: func(string) *List[string] */(\"a\").Push(\"b\").Len() /*: int */
	l.Each /*: func(func(string) bool) */(func(s string) bool { return true })
	_ = l.next.items[0] /*: string */
	var pairs List[List[int]]
	_ = pairs.items[0].items /*: []int */
}
",
    );
}

#[test]
fn generic_methods() {
    let p = check(
        "package p
type Box[T any] struct{ v T }
func (b Box[T]) Map[U any](f func(T) U) Box[U] {
	var c Box[U]
	_ = c.Map(func(U) bool { return true }) /*: Box[bool] */
	_ = b.Map /*: func(func(T) *U) Box[*U] */(func(T) *U { return nil }) /*: Box[*U] */
	return b.Map(f) /*: Box[U] */
}
func (b *Box[T]) Set[C interface{ ~[]T }](c C) *Box[T] { return b }
type Holder struct { *Box[string] }
type Plain struct{}
func (Plain) Conv[A, B any](a A, f func(A) B) B { return f(a) }
type Words []string
func main() {
	b := Box[int]{1}
	s := b.Map /*: func(func(int) string) Box[string] */(func(i int) string { return \"\" })
	_ = s.v /*: string */
	_ = b.Map[bool](func(int) bool { return true }) /*: Box[bool] */
	_ = b.Set /*: func([]int) *Box[int] */([]int{1})
	_ = Holder{}.Set(Words{}) /*: *Box[string] */
	_ = Plain{}.Conv(1, func(i int) string { return \"\" }) /*: string */
	_ = Plain{}.Conv[int, string] /*: func(int, func(int) string) string */
	_ = Plain.Conv[int, bool] /*: func(Plain, int, func(int) bool) bool */
	_ = Box[int].Map[string] /*: func(Box[int], func(int) string) Box[string] */
	var k func(func(int) string) Box[string] = b.Map /*: func(func(int) string) Box[string] */
	_ = k
}
",
    );
    assert_eq!(p.instance("Set", 2).0, ["Words"]);
}

#[test]
fn across_packages() {
    let p = check(
        "
-- slices --
package slices
func Sorted[S ~[]E, E any](s S, less func(a, b E) int) S { return s }
type Pool[T any] struct { New func() T }
func (p *Pool[T]) Get() T { return p.New() }
-- main --
package main
import \"slices\"
type Names []string
func compare(a, b string) int { return 0 }
func f(names Names) {
	_ = slices.Sorted(names, compare) /*: Names */
	p := slices.Pool[int]{New: func() int { return 1 }}
	_ = p.Get() /*: int */
	_ = (&slices.Pool[[]byte]{}).Get() /*: []uint8 */
}
",
    );
    assert_eq!(p.instance("Sorted", 0).0, ["Names", "string"]);
}

#[test]
fn wrong_calls_are_unknown() {
    let p = load(
        "package p
func g[T any]() T { var t T; return t }
func k[T any](n byte) (string, []T) { return \"\", nil }
func h(int) int { return 0 }
func f() {
	a := g()
	b := 3(4)
	c := h(1, 2, g)
	d := missing(1, g, func() { _ = h(0) })
	s, list := k(7)
	_, _, _, _, _, _ = a, b, c, d, s, list
}
",
    );
    assert_eq!(p.expr("g()"), "unknown invalid type");
    assert_eq!(p.expr("k(7)"), "value (string, []invalid type)");
    assert_eq!(p.expr("7"), "const uint8 = 7");
    assert_eq!(p.expr("3(4)"), "unknown invalid type");
    assert!(p.expr("h(1, 2, g)").ends_with(" int"));
    assert!(p.expr("h(0)").ends_with(" int"));
}

#[test]
fn unions_of_more_than_a_hundred_terms_are_unknown() {
    let union = |terms: usize| {
        let types: Vec<String> = (0..terms).map(|n| format!("[{n}]int")).collect();
        format!("func f{terms}[T {}](x T) {{ _ = x /*: T */ }}\n", types.join(" | "))
    };
    check(&format!(
        "package p\n{}{}func after() {{ _ = 1 /*: int */ }}\n",
        union(100),
        union(101)
    ));
    // As many terms again cost as much again.
    let start = std::time::Instant::now();
    check(&format!("package p\n{}", union(50_000)));
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
