//! Go text: made of tokens, split into tokens, parsed.

use gosleuth_syntax::{ParseOptions, TokenKind, parse, tokens, validate};

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

/// A text of one token per byte.
pub fn from_tokens(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes.iter().take(4096) {
        text.push_str(TOKENS[usize::from(byte) % TOKENS.len()]);
        text.push(' ');
    }
    text
}

/// Tokens and comments cover the text but for blanks, and each is the same one when it stands alone.
pub fn check_tokens(text: &[u8]) {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    let read = tokens(text);
    let mut comments = read.comments.iter().map(|comment| comment.span).peekable();
    let mut at = if text.starts_with(BYTE_ORDER_MARK) { 3 } else { 0 };
    let blank = |from: u32, to: u32| {
        let between = &text[from as usize..to as usize];
        assert!(between.iter().all(|byte| b" \t\r\n".contains(byte)), "{between:?} is neither token nor comment");
    };
    for token in &read.tokens {
        // The line ends behind a comment, not in front of it.
        while let Some(comment) = comments.next_if(|comment| comment.start < token.start) {
            blank(at, comment.start);
            at = comment.end;
        }
        blank(at, token.start);
        at = token.end;
        let own = &text[token.start as usize..token.end as usize];
        match token.kind {
            TokenKind::Semicolon if own.is_empty() => {}
            _ if own == BYTE_ORDER_MARK => {}
            kind => {
                let alone = tokens(own);
                let first = alone.tokens.first().map(|token| (token.kind, token.start, token.end as usize));
                assert_eq!(first, Some((kind, 0, own.len())), "{own:?}");
            }
        }
    }
    for comment in comments {
        blank(at, comment.start);
        at = comment.end;
    }
    blank(at, text.len() as u32);
}

/// The tree keeps what it promises, with and without bodies.
pub fn check_tree(text: &[u8]) {
    let file = parse(text, ParseOptions::default());
    if let Err(broken) = validate(&file, text) {
        panic!("{broken}");
    }
    let mut heads = ParseOptions::default();
    heads.bodies = false;
    let heads = parse(text, heads);
    if let Err(broken) = validate(&heads, text) {
        panic!("without bodies: {broken}");
    }
    if file.errors.is_empty() {
        assert!(heads.errors.is_empty(), "an error only without bodies: {:?}", heads.errors[0]);
        assert_eq!(file.top.len(), heads.top.len(), "as many declarations without bodies");
    }
}
