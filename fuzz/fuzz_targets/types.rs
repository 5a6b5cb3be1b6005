//! Go as one package: any bytes, or (first byte odd) any tokens, so that more of it gets past the parser. Whatever it is, checking
//! ends, in bounded memory, and what it declares and records can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;

/// What a byte stands for among tokens. Names are few, so that they meet.
const TOKENS: &[&str] = &[
    "a", "b", "c", "T", "U", "G", "_", "x", "f", "g", "m", "lib.", "int", "string", "any", "error", "comparable", "float64",
    "[]byte", "uint8", "bool", "nil", "true", "iota", "0", "1", "2", "0x7f", "1.5", "2i", "'a'", "\"s\"", "`r`", "1<<70", "append",
    "len", "cap", "make", "new", "min", "copy", "delete", "clear", "panic", "complex", "real", "unsafe.Sizeof", "unsafe.Pointer",
    "unsafe.Offsetof", "func", "type", "var", "const", "struct", "interface", "map", "chan", "<-", "return", "if", "else", "for",
    "range", "switch", "case", "default", "select", "go", "defer", "break", "goto", "L:", "\n", "\n", "\n", ";", "(", ")", "(", ")",
    "[", "]", "[", "]", "{", "}", "{\n", "}\n", "[]", "()", "{}", ",", ",", ".", "...", ":", ":=", "=", "=", "+", "-", "*", "*", "/",
    "%", "&", "|", "^", "&^", "<<", ">>", "&&", "||", "!", "==", "!=", "<", ">=", "+=", "++", "~", ".(type)", ".(T)", "G[int]",
    "[T any]", "[T, U any]", "[P ~[]E, E any]", "interface{ M() }", "struct{ T }", "struct{ *T; a int }", "func(x T) {", "func() int",
    "func f(a T, b ...U) (c int, err error) {\n", "func (x *T) M() {\n", "func (x G[P]) M() P {\n", "func F[P any](p P) P {\n",
    "type T struct {\n", "type G[P any] struct {\n", "type I interface {\n", "for i := range ", "switch x := a.(type) {\n", "case ",
    "const (\n", "var (\n", "a, b := ", "lib.Box[", "lib.Map(", "lib.Pair{",
];

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => {
            let mut text = String::from("package p\nimport (\"unsafe\"; \"lib\")\n");
            for &byte in rest.iter().take(4096) {
                text.push_str(TOKENS[usize::from(byte) % TOKENS.len()]);
                text.push(' ');
            }
            gosleuth_fuzz::check_types(text.as_bytes());
        }
        Some((_, rest)) => gosleuth_fuzz::check_types(rest),
        None => {}
    }
});
