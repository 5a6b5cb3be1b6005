//! Declarations that need each other.

use crate::testing::check;

#[test]
fn aliases_of_types_that_hold_them() {
    check(
        "package p
import \"unsafe\"
type W = impl
type impl struct { s *state }
type state struct { f func(*W) *W; g G[int] }
type A = *node
type node struct { next A; list L; sized Sized }
type L = []A
type G[P any] = *tree[P]
type tree[P any] struct { left G[P]; v P }
type Sized = [unsafe.Sizeof(pair{}) + uintptr(len(pair{}.c))]struct{ a *A }
type pair struct { a, b uint32; c [3]byte }
func f(w W, a A, t G[string]) {
	_ = w.s.f /*: func(*impl) *impl */
	_ = w.s.g.left.v /*: int */
	_ = a.next.next.list /*: []*node */
	_ = t.left.left.v /*: string */
	_ = t.left /*: *tree[string] */
	_ = a.sized /*: [15]struct{a **node} */
}
",
    );
}

#[test]
fn keys_of_literals_may_name_promoted_fields() {
    check(
        "package p
type Point struct { x, y int }
type Circle struct { Point; *Style; r float64 }
type Style struct { width uint8 }
var c = Circle{x: 1 /*: int */, r: 2 /*: float64 */, width: 3 /*: uint8 */}
",
    );
}
