//! Expressions, constants and built-in functions: what is recorded for them, as go/types has it.

use std::fmt::Write as _;
use std::time::Instant;

use crate::testing::{check, errors, load};

#[test]
fn untyped_constants_get_the_type_of_their_context() {
    check(
        r#"package p
func f(x int, u8 uint8, fl float64, i any) {
	_ = x + (1 /*: const int = 1 */)
	_ = x + (1 + 2 /*: const untyped int = 2 */) /*: const int = 3 */
	_ = 'a' /*: const uint8 = 97 */ + u8
	_ = 2 * fl + 1 /*: const float64 = 1 */
	_ = fl * (1 + 2.0) /*: const float64 = 3 */
	_ = i == 1 /*: const int = 1 */
	_ = "a" /*: const string = "a" */ == i
	_ = 1 /*: const untyped rune = 1 */ + 'a' + 2.0
	_ = (1 + 'a') /*: const untyped float = 98 */ + 2.0
	_ = (7 / 2) /*: const int = 3 */
	_ = (7 / 2.0) /*: const float64 = 7/2 */
	_ = ('a' / 2) /*: const int32 = 48 */
	_ = -1 /*: const untyped int = 1 */
	_ = (-1) /*: const int = -1 */
	_ = (^uint8(1)) /*: const uint8 = 254 */
	_ = (uint8(255) + 0) /*: const uint8 = 255 */
	var f32 float32 = 1 / 3.0
	_ = f32
	var y int64 = 5 /*: const int64 = 5 */
	y = 6 /*: const int64 = 6 */
	_ = y
	_ = []any{1 /*: const int = 1 */, nil /*: nil untyped nil */, 'a' /*: const int32 = 97 */, x == 1}
}
const big = 1 << 100
const small = big >> 98 /*: const untyped int = 98 */
var _ = small /*: const int = 4 */
const third = 1.0 / 3
const single float32 = 0.1 /*: const float32 = 13421773/134217728 */
"#,
    );
}

#[test]
fn nil_stays_untyped() {
    check(
        r#"package p
func f(p *int, e error) {
	_ = (p == nil /*: nil untyped nil */) /*: value bool */
	_ = e != (nil) /*: nil untyped nil */
	p = nil /*: nil untyped nil */
	var _ []int = nil /*: nil untyped nil */
}
"#,
    );
}

#[test]
fn comparisons_and_logic() {
    check(
        r#"package p
type flag bool
func f(x int, fl float64, e any) {
	if x == 1 /*: const int = 1 */ {}
	if (x == 1) /*: value untyped bool */ {}
	_ = (x == 1) /*: value bool */ || 2.0 /*: const float64 = 2 */ > fl
	var t flag = (x == 1) /*: value flag */ && true /*: const flag = true */
	_ = (t && x == 2) /*: value flag */
	_ = (x == 1) /*: value bool */ == true /*: const bool = true */
	_ = (1 < 2) /*: const bool = true */
	_ = ("a" < "b") /*: const bool = true */
	_ = !true /*: const untyped bool = true */
	_ = (!(x == 1)) /*: value bool */
	_ = e == (x /*: var int */)
}
"#,
    );
}

#[test]
fn shifts() {
    check(
        r#"package p
func f(x int, s uint, i8 int8) {
	_ = x << 1 /*: const untyped int = 1 */
	_ = (x << 1.0) /*: value int */
	_ = 1 /*: const int = 1 */ << s
	var _ int64 = 1 /*: const int64 = 1 */ << s
	var _ int64 = (1 << s) /*: value int64 */
	_ = uint8(1 /*: const uint8 = 1 */ << s)
	_ = i8 + 1<<3 /*: const untyped int = 3 */
	_ = i8 + (1<<3) /*: const int8 = 8 */
	_ = (int8(1) << s) /*: value int8 */
	_ = (2.0 << 3) /*: const int = 16 */
	_ = (-5 >> 1) /*: const int = -3 */
	_ = (1 << uint(3)) /*: const int = 8 */
	var _ any = 1 /*: const int = 1 */ << x
	var b []byte
	_ = b[1 /*: const int = 1 */ << s]
	_ = (1 << s) /*: value int */ == 2 /*: const int = 2 */
	x <<= 2 /*: const untyped int = 2 */
	var w uint64 = 1 << s
	_ = w | 1 /*: const uint64 = 1 */ << s
	_ = ^(1 << s) /*: value uint64 */ & w
	// go/types leaves the count untyped; nothing that is evaluated should be.
	_ = 1 << (1 /*: const uint = 1 */ << s)
	_ = -(1 /*: const uint64 = 1 */ << s) + w
}
"#,
    );
}

#[test]
fn pointers_channels_and_assertions() {
    check(
        r#"package p
type T struct{ a int }
func f(x int, ch chan int, i any, pp **T) {
	_ = (&x) /*: value *int */
	_ = (&T{}) /*: value *T */
	_ = (*pp) /*: var *T */
	_ = (**pp) /*: var T */
	_ = (<-ch) /*: commaok int */
	_ = i.(int) /*: commaok int */
	_ = (*T)(nil) /*: value *T */
	_ = (i).(interface{ M() }) /*: commaok interface{M()} */
	ch <- 1 /*: const int = 1 */
	_ = func(a int) int { return a /*: var int */ } /*: value func(int) int */
	_ = func(a int) int { return 1 /*: const int = 1 */ }(2) /*: value int */
}
var g = func() string { return "x" /*: const string = "x" */ }
"#,
    );
}

#[test]
fn composite_literals() {
    check(
        r#"package p
type T struct{ a int; b float64 }
type G[E any] struct { e E; next *G[E] }
func f() {
	_ = T{1, 2 /*: const float64 = 2 */} /*: value T */
	_ = T{b: 1 /*: const float64 = 1 */}
	_ = []*T{{1, 2}, {a: 1} /*: value *T */}
	_ = map[T]T{{1, 2} /*: value T */: {3, 4 /*: const float64 = 4 */}}
	_ = [...]string{"a", 3: "b"} /*: value [4]string */
	_ = [...]int{5: 1, 2, 1: 3} /*: value [7]int */
	_ = [][]int{{1}, 2 /*: const int = 2 */: {3}}
	_ = []*[]int{{1 /*: const int = 1 */} /*: value *[]int */}
	_ = [...][2]int{{1}, {2, 3}} /*: value [2][2]int */
	_ = map[string]map[string][]int{"a": {"b": {1} /*: value []int */} /*: value map[string][]int */}
	_ = G[string]{e: "x" /*: const string = "x" */, next: &G[string]{}}
	_ = struct{ a any }{1 /*: const int = 1 */} /*: value struct{a any} */
	_ = [...]int{} /*: value [0]int */
	const k = 2
	_ = [...]int{k: 1, 'a' - 'A': 2} /*: value [33]int */
	_ = []func(int) string{func(i int) string { return "" }}
}
"#,
    );
}

#[test]
fn indexing_and_slicing() {
    check(
        r#"package p
type S []string
type N string
func array() [3]int { return [3]int{} }
func f(s []int, a [3]int, pa *[4]int, m map[string]float64, str string, n N, x uint8) {
	_ = s[1 /*: const int = 1 */] /*: var int */
	_ = s[x /*: var uint8 */]
	_ = a[0] /*: var int */
	_ = array()[0] /*: value int */
	_ = pa[0] /*: var int */
	_ = m["a" /*: const string = "a" */] /*: mapindex float64 */
	_ = "abc" /*: const untyped string = "abc" */[1] /*: value uint8 */
	_ = str[x] /*: value uint8 */
	_ = "abc"[1:] /*: value string */
	_ = n[1:] /*: value N */
	_ = s[1:2 /*: const int = 2 */] /*: value []int */
	_ = s[1:2:3 /*: const int = 3 */] /*: value []int */
	_ = a[:] /*: value []int */
	_ = pa[:2] /*: value []int */
	_ = S{}[:] /*: value S */
	_ = m["a"] + 1 /*: const float64 = 1 */
}
type C interface{ ~[]byte | ~string }
type L[E any] interface{ ~[]E }
func g[T C, E any, X L[E], P interface{ *[4]int | []int }](t T, l X, p P) {
	_ = t[0] /*: value uint8 */
	_ = t[1:2] /*: value T */
	_ = l[0] /*: var E */
	_ = l[:] /*: value X */
	_ = X{l[0]} /*: value X */
	_ = p[0] /*: var int */
}
"#,
    );
}

#[test]
fn conversions() {
    check(
        r#"package p
type B []byte
type M string
func f(x int, b []byte, s []int, str string) {
	_ = string('a' /*: const untyped rune = 97 */) /*: const string = "a" */
	_ = M(65) /*: const M = "A" */
	_ = string(b) /*: value string */
	_ = float64(1 /*: const float64 = 1 */) /*: const float64 = 1 */
	_ = float32(0.1) /*: const float32 = 13421773/134217728 */
	_ = interface{}(1 /*: const int = 1 */) /*: value any */
	_ = []byte("abc" /*: const string = "abc" */) /*: value []uint8 */
	_ = bool(x == 1) /*: value bool */
	_ = bool((x == 1) /*: value bool */)
	_ = int8(1) /*: const int8 = 1 */
	_ = uint8(x) /*: value uint8 */
	_ = [3]int(s) /*: value [3]int */
	_ = (*[3]int)(s) /*: value *[3]int */
	_ = complex64(1) /*: const complex64 = 1 */
	_ = M("x" /*: const M = "x" */) /*: const M = "x" */
	_ = []int(nil /*: nil untyped nil */) /*: value []int */
	_ = func(func()) {}
	_ = (func())(nil) /*: value func() */
	_ = float64(int64(3)) /*: const float64 = 3 */
}
type N interface{ ~int | ~float64 }
func g[U N, T ~string | ~[]byte](u U, t T) {
	_ = U(3 /*: const int = 3 */) /*: value U */
	_ = T("abc" /*: const string = "abc" */) /*: value T */
	_ = string(t) /*: value string */
	_ = (u + 1 /*: const U = 1 */) /*: value U */
	_ = (-u) /*: value U */
	_ = (u == 1 /*: const U = 1 */) /*: value bool */
	_ = float64(u) /*: value float64 */
}
"#,
    );
}

#[test]
fn built_in_functions_of_lists_and_maps() {
    check(
        r#"package p
type B []byte
type C interface{ ~[]byte | ~string }
type S[T any] interface{ ~[]T }
func two() ([]int, int) { return nil, 1 }
func f[T C, E any, L S[E]](t T, l L, e E, x int, s []int, b B, str string, m map[string]int, ch chan int) {
	_ = append /*: builtin func([]int, ...int) []int */ (s, 1 /*: const int = 1 */, 2)
	_ = (append) /*: builtin func([]int, ...int) []int */ (s)
	_ = append /*: builtin func(B, string...) B */ (b, str...) /*: value B */
	_ = append /*: builtin func([]uint8, string...) []uint8 */ ([]byte(nil), "abc" /*: const untyped string = "abc" */...)
	_ = append /*: builtin func([]uint8, T...) []uint8 */ ([]byte{}, t...)
	_ = append /*: builtin func(L, ...E) L */ (l, e) /*: value L */
	_ = append(s, nil /*: nil untyped nil */...)
	_ = append([]any{}, 1 /*: const int = 1 */, nil /*: nil untyped nil */)
	_ = append(two()) /*: value []int */
	_ = append([][]int{}, s, []int{1})
	_ = copy /*: builtin func(B, string) int */ (b, "abc" /*: const untyped string = "abc" */) /*: value int */
	_ = copy /*: builtin func([]uint8, T) int */ ([]byte{}, t)
	delete /*: builtin func(map[string]int, string) */ (m, "a" /*: const string = "a" */) /*: void () */
	clear /*: builtin func(map[string]int) */ (m)
	close /*: builtin func(chan int) */ (ch)
	_ = make /*: builtin func([]int, int, int) []int */ ([]int, 3, x) /*: value []int */
	_ = make([]int, 1.0 /*: const int = 1 */)
	_ = make(map[string]int) /*: value map[string]int */
	_ = make(L, 3) /*: value L */
}
"#,
    );
}

#[test]
fn len_and_cap_are_constant_where_nothing_is_evaluated() {
    check(
        r#"package p
func fn() int { return 1 }
func arr() [3]int { return [3]int{} }
func f[T ~[]byte](t T, s []int, a [3]int, pa *[4]int, str string, ch chan [4]int, fns [2]func() int) {
	_ = len(s) /*: value int */
	_ = len("abc") /*: const int = 3 */
	_ = len("abc" + "d") /*: const int = 4 */
	_ = len(str) /*: value int */
	_ = len /*: builtin invalid type */ (a) /*: const int = 3 */
	_ = cap(pa) /*: const int = 4 */
	_ = len([3]int{1}) /*: const int = 3 */
	_ = len([3]int{fn()}) /*: value int */
	_ = len(arr()) /*: value int */
	_ = len /*: builtin func([4]int) int */ (<-ch) /*: value int */
	_ = len([1]float64{float64(1)}) /*: const int = 1 */
	_ = len(t) /*: value int */
	_ = len([2]func() int{fn}) /*: const int = 2 */
	_ = [len(a)]int{} /*: value [3]int */
}
"#,
    );
}

#[test]
fn other_built_in_functions() {
    check(
        r#"package p
func f(x int, fl float64, f32 float32, c64 complex64, str string, e error) {
	_ = min /*: builtin func(int, int, int) int */ (x, 1, 2.0 /*: const int = 2 */) /*: value int */
	_ = max(fl, 2 /*: const float64 = 2 */)
	_ = min(1 /*: const untyped float = 1 */, 2.0) /*: const float64 = 1 */
	_ = max("a", "b") /*: const string = "b" */
	_ = max(1 /*: const int = 1 */, 'a' /*: const int = 97 */, x) /*: value int */
	_ = min("a", str) /*: value string */
	_ = complex /*: builtin func(float64, float64) complex128 */ (1 /*: const float64 = 1 */, fl) /*: value complex128 */
	_ = complex(1 /*: const untyped int = 1 */, 2) /*: const complex128 = (1 + 2i) */
	_ = complex(f32, 1) /*: value complex64 */
	_ = real /*: builtin func(complex64) float32 */ (c64) /*: value float32 */
	_ = imag(2i) /*: const float64 = 2 */
	_ = real(1 /*: const untyped int = 1 */) /*: const float64 = 1 */
	_ = new /*: builtin func(int) *int */ (int) /*: value *int */
	_ = new(3 /*: const int = 3 */) /*: value *int */
	_ = new(str == "a") /*: value *bool */
	_ = new(e) /*: value *error */
	_ = recover /*: builtin func() any */ () /*: value any */
	print /*: builtin func(int, string, float64) */ (1, "a" /*: const string = "a" */, 2.0)
	println()
	if x == 1 {
		panic /*: builtin func(any) */ ("x" /*: const string = "x" */) /*: void () */
	}
	panic(nil /*: nil untyped nil */)
}
"#,
    );
}

#[test]
fn functions_of_unsafe() {
    check(
        r#"package p
import "unsafe"
type T struct { a int8; b int64; c [3]int16; d struct{} }
type E struct { x int8; T }
func f[P any](t T, e E, p *int, s []string, b []byte, g P) {
	_ = unsafe.Sizeof /*: builtin invalid type */ (t) /*: const uintptr = 24 */
	_ = unsafe.Sizeof(s) /*: const uintptr = 24 */
	_ = unsafe.Sizeof("x" /*: const string = "x" */) /*: const uintptr = 16 */
	_ = unsafe.Sizeof(struct{ a int32; b struct{} }{}) /*: const uintptr = 8 */
	_ = unsafe.Sizeof([0]int{}) /*: const uintptr = 0 */
	_ = unsafe.Sizeof(g) /*: value uintptr */
	_ = unsafe.Sizeof(&g) /*: const uintptr = 8 */
	type local struct { g P; x []int }
	_ = unsafe.Sizeof /*: builtin func(local) uintptr */ (local{}) /*: value uintptr */
	_ = unsafe.Offsetof(local{}.x) /*: value uintptr */
	_ = unsafe.Sizeof([2]*local{}) /*: const uintptr = 16 */
	_ = unsafe.Alignof(t.c) /*: const uintptr = 2 */
	_ = unsafe.Offsetof(t.b) /*: const uintptr = 8 */
	_ = unsafe.Offsetof(e.T.b) /*: const uintptr = 8 */
	_ = unsafe.Offsetof(e.b) /*: const uintptr = 16 */
	_ = unsafe.Offsetof((e.c)) /*: const uintptr = 24 */
	_ = unsafe.Pointer(p) /*: value unsafe.Pointer */
	_ = unsafe.Add /*: builtin func(unsafe.Pointer, int) unsafe.Pointer */ (unsafe.Pointer(p), 3)
	_ = unsafe.Slice /*: builtin func(*int, int) []int */ (p, 3) /*: value []int */
	_ = unsafe.SliceData(s) /*: value *string */
	_ = unsafe.String /*: builtin func(*uint8, int) string */ (&b[0], 1) /*: value string */
	_ = unsafe.StringData("abc" /*: const string = "abc" */) /*: value *uint8 */
	_ = uintptr(unsafe.Pointer(p)) /*: value uintptr */
	const size = unsafe.Sizeof(uintptr(0))
	_ = [size]int{} /*: value [8]int */
}
"#,
    );
}

#[test]
fn iota_and_typed_constants() {
    let program = check(
        r#"package p
type Kind uint8
const (
	A Kind = iota
	B
	C
	_
	D = iota * 1.5
	E = "x"
	F = len(E)
	G = 1 << (10 * iota)
	H = Kind(iota) + B
)
var a = [F + 2]int{}
const huge = 1 << 62 << 62 >> 120
var h = [huge]bool{}
const (
	_ = len([1]func(){func() { var x [iota + 5]int; _ = x /*: var [5]int */ }})
	_ = len([1]func(){func() { const y = iota + 1; _ = y /*: const int = 1 */ }})
)
const mask = ^uint32(0)
var k = [mask >> 28]int{}
"#,
    );
    assert_eq!(program.type_of("C"), "Kind");
    assert_eq!(program.type_of("D"), "untyped float");
    assert_eq!(program.type_of("F"), "int");
    assert_eq!(program.type_of("H"), "Kind");
    assert_eq!(program.type_of("a"), "[3]int");
    assert_eq!(program.type_of("h"), "[16]bool");
    assert_eq!(program.type_of("k"), "[15]int");
}

#[test]
fn what_is_wrong_or_unknown_is_no_reason_to_stop() {
    let wrong = errors(
        r#"package p
func f(x int, s string) {
	_ = (x + s) /*: unknown invalid type */
	_ = (1 / 0) /*: const int = unknown */
	_ = uint8(300) /*: const uint8 = unknown */
	_ = (nothing + 1) /*: unknown invalid type */
	_ = (nothing == 1) /*: value bool */
	_ = (x + nothing) /*: value int */
	_ = (x << nothing) /*: value int */
	_ = len(nothing) /*: value int */
	_ = nothing[x /*: var int */] /*: unknown invalid type */
	_ = nothing.T{a: x /*: var int */} /*: unknown invalid type */
	_ = *x
	_ = <-x
	_ = x[1] /*: unknown invalid type */
	_ = append()
	_ = append(x, 1 /*: const int = 1 */)
	_ = min()
	_ = complex(1)
	_ = make()
	_ = new()
	_ = copy(s)
	delete()
	_ = int + 1
	_ = f + 1
	_ = []int{"a": 1, 1 << 70: 2}
	_ = [...]int{-1: 2} /*: value [-1]int */
	_ = struct{ a int }{b: 1 /*: const int = 1 */}
	_ = struct{ a int }{1, 2, 3}
	_ = map[string]int{1}
	_ = {1, 2}
	_ = x.(string)
	_ = &f()
	_ = s[1:2:3]
	_ = append
	_ = ~x
	_ = nil + nil
	_ = nil == nil
	_ = "a" + 1
	_ = new(nil)
	_ = after /*: unknown invalid type */
	_ = (x + 1) /*: value int */
}
"#,
    );
    assert!(
        wrong.iter().any(|error| error.contains("undefined: nothing")),
        "{wrong:?}"
    );
    // Nothing else is complained of than names that are not there and what is no Go.
    assert!(
        wrong
            .iter()
            .all(|error| error.contains("undefined") || error.starts_with("syntax")),
        "{wrong:?}"
    );
}

#[test]
fn hostile_expressions_take_bounded_time_and_memory() {
    let begin = Instant::now();
    let mut text = String::from("package p\nvar x int\n");
    // Left-deep chains are as long as they like.
    writeln!(text, "var sum = x{}", " + 1".repeat(100_000)).unwrap();
    writeln!(text, "const text = \"\"{}", "+\n\"0123456789\"".repeat(50_000)).unwrap();
    writeln!(text, "var length = [len(text)]int{{}}").unwrap();
    writeln!(text, "const mixed = 1{}", " + 1 + 'a' + 2.0".repeat(10_000)).unwrap();
    writeln!(text, "var logic = x == 1{}", " || x == 2 && x != 3".repeat(20_000)).unwrap();
    // Values that double.
    writeln!(text, "const s0 = \"0123456789abcdef\"\nconst n0 = 3\nconst r0 = 1.1").unwrap();
    for i in 0..60 {
        writeln!(text, "const s{} = s{i} + s{i} + s{i}", i + 1).unwrap();
        writeln!(text, "const n{} = n{i} * n{i}\nconst r{} = r{i} * r{i}", i + 1, i + 1).unwrap();
    }
    writeln!(
        text,
        "const shift = 1 << 1000000000\nconst exp = 1e1000000000\nvar arr = [1 << 62]int{{}}"
    )
    .unwrap();
    // Deep nesting.
    writeln!(text, "var deep = {}x{}", "(".repeat(50_000), ")".repeat(50_000)).unwrap();
    writeln!(text, "var minus = {}x", "-".repeat(50_000)).unwrap();
    writeln!(text, "var after = 1").unwrap();
    let program = load(&text);
    assert_eq!(program.type_of("sum"), "int");
    assert_eq!(program.type_of("length"), "[500000]int");
    assert_eq!(program.type_of("mixed"), "untyped float");
    assert_eq!(program.type_of("logic"), "bool");
    assert_eq!(program.type_of("after"), "int");
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

#[test]
fn corrections_of_untyped_types_are_linear() {
    // Each operand raises the kind of all before it at most three times; quadratic work would take minutes.
    let begin = Instant::now();
    let n = 50_000;
    let text = format!(
        "package p\nfunc f(s uint) {{\n\tvar x float64 = 1<<s{} \n_ = x }}",
        " + 1<<s".repeat(n)
    );
    load(&text);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
}

/// Every way to nest, deeper than anything follows, on the stack that a thread has where nobody asks for more.
#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let n = 5_000;
    let nest = |before: &str, inner: &str, after: &str| format!("{}{inner}{}", before.repeat(n), after.repeat(n));
    for body in [
        format!("_ = {}", nest("f(", "x", ")")),
        format!("_ = {}", nest("a[", "0", "]")),
        format!("_ = {}", nest("[]any{", "1", "}")),
        format!("_ = [][][]any{}", nest("{", "1", "}")),
        format!("_ = {}", nest("func() int { return ", "1", "}()")),
        nest("if x == 1 {", "", "}"),
        nest("for range x { switch x { case 1: ", "", "}}"),
        nest("func() { ", "", "}()"),
        format!("_ = {}", nest("map[string]any{\"a\": ", "1", "}")),
        format!("_ = {}", nest("-(", "1", ")")),
        format!("_ = {}", nest("1 + (2 * ", "x", ")")),
        format!("_ = {}", nest("any(", "x", ")")),
        format!("_ = {}", nest("append(", "nil", ", 1)")),
        format!("_ = {}", nest("x.(", "any", ")")),
        format!("_ = {}", nest("&", "x", "")),
        format!("_ = {}", nest("*", "x", "")),
        format!("_ = {}", nest("<-", "x", "")),
        format!("_ = t{}", ".t".repeat(n)),
        format!("_ = t.m(){}", ".m()".repeat(n)),
        format!("_ = a{}", "[0]".repeat(n)),
        format!("_ = a{}", "[:]".repeat(n)),
        format!("_ = h{}", "()".repeat(n)),
        format!("_ = x{}", ".(any)".repeat(n)),
        format!("var _ {}int", "[]".repeat(n)),
        format!("var _ {}", nest("map[string]", "int", "")),
        format!("var _ {}", nest("func(", "", ")")),
        format!("var _ {}", nest("struct{ a ", "int", "}")),
        format!("var _ {}", nest("interface{ m(", "", ") }")),
        format!("var _ {}", nest("G[", "int", "]")),
        format!("var _ {}", nest("[len(", "\"\"", ")]int")),
        nest("L: ", ";", ""),
    ] {
        let text = format!(
            "package p\ntype T struct{{ t *T }}\nfunc (t *T) m() *T {{ return t }}\ntype H func() H\ntype G[P any] []P\nvar h H\n\
             func f(x int) int {{ return x }}\nfunc g(x int, a []any, t T) {{\n{body}\n}}\nvar after = 1 << 3\n"
        );
        let program = load(&text);
        assert_eq!(program.type_of("after"), "int", "{}", &body[..20]);
    }
}
