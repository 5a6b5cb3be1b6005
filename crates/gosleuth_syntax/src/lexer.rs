//! Bytes to tokens.
//!
//! Role: one token per call, with the semicolons the language inserts, names interned, comments and directives put aside, and
//! every lexical error of the language reported. What is wrong with the text as text (encoding) is found by `encoding`, for the whole
//! file at once, so that nothing here has to look at it again.
//!
//! Names are read eight bytes at a time: their end, whether they are keywords, and their place in the table of names come from one
//! loaded word in most cases.

mod comment;
mod literal;
mod unicode;
mod word;

use gosleuth_base::{Interner, Sym};

use crate::ast::{Comment, Directive, Span, SyntaxError};
use crate::encoding;
use crate::layout::Boundaries;
use crate::token::{Token, TokenKind};

/// Reads one text. What it collects beside tokens is public: the parser hands it on.
pub(crate) struct Lexer<'t> {
    pub(crate) text: &'t [u8],
    /// What is read of it: all, or what comes before the end of the declaration in a damaged file (see `parser::recover`).
    window: &'t [u8],
    /// The text as a string; empty if it is none.
    valid: &'t str,
    /// Offset of what is read next.
    pub(crate) pos: usize,
    /// Whether the line's end would end a statement here.
    pub(crate) ends_statement: bool,
    /// The name of the last identifier.
    pub(crate) name: Sym,
    pub(crate) names: Interner,
    /// Offset of the first byte of each line up to here.
    pub(crate) lines: Vec<u32>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) errors: Vec<SyntaxError>,
    /// How many errors there were; only [`MAX_ERRORS`] are kept.
    pub(crate) error_count: usize,
    /// From where on there is no `*/`, and no backquote: what was searched once in vain is not searched again.
    no_comment_end: usize,
    no_backquote: usize,
    pub(crate) boundaries: Boundaries,
}

/// How many errors of a file are kept.
pub const MAX_ERRORS: usize = 1_000;

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        // Real code has a distinct name per forty to sixty bytes, fewer in large files.
        let mut names = Interner::with_capacity((text.len() / 64).clamp(32, 1 << 16), (text.len() / 8).min(1 << 20));
        let name = names.intern("_");
        let mut lines = Vec::with_capacity(text.len() / 24 + 1);
        lines.push(0);
        let mut errors = Vec::new();
        let valid = encoding::check(text, &mut errors);
        Self {
            text,
            window: text,
            valid,
            lines,
            pos: if text.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 },
            ends_statement: false,
            name,
            names,
            comments: Vec::with_capacity(text.len() / 200),
            directives: Vec::new(),
            errors,
            error_count: 0,
            no_comment_end: usize::MAX,
            no_backquote: usize::MAX,
            boundaries: Boundaries::default(),
        }
    }

    /// Where reading stops.
    pub(crate) fn limit(&self) -> usize {
        self.window.len()
    }

    /// Reads no further than `limit`, unless a literal reaches beyond it.
    pub(crate) fn limit_to(&mut self, limit: usize) {
        self.window = &self.text[..limit];
    }

    /// Reads up to the end of the text.
    pub(crate) fn unlimit(&mut self) {
        self.window = self.text;
    }

    /// The next token. Behind the last one, `Eof` again and again.
    pub(crate) fn next(&mut self) -> Token {
        loop {
            let mut start = self.pos;
            // Most tokens stand behind one blank.
            if self.window.get(start) == Some(&b' ') {
                start += 1;
            }
            let Some(&byte) = self.window.get(start) else {
                return self.at_end();
            };
            self.pos = start;
            match CLASSES[byte as usize] {
                Class::Letter => return self.identifier(start),
                Class::Space => self.skip_blanks(start + 1),
                Class::Newline => {
                    self.line(start + 1);
                    self.skip_space(start + 1);
                    if self.ends_statement {
                        return self.implicit_semicolon(start);
                    }
                }
                Class::Simple(kind) => {
                    self.ends_statement = false;
                    return self.byte_token(kind, start);
                }
                Class::Close(kind) => {
                    self.ends_statement = true;
                    return self.byte_token(kind, start);
                }
                Class::Operator(kind) => {
                    // One byte as a rule.
                    let second = self.window.get(start + 1).copied().unwrap_or(b'\n');
                    if !CONTINUES[second as usize] {
                        self.ends_statement = false;
                        return self.byte_token(kind, start);
                    }
                    if byte == b'/' && matches!(second, b'/' | b'*') {
                        let crosses_line = self.comment(start);
                        if crosses_line && self.ends_statement {
                            return self.implicit_semicolon(start);
                        }
                        continue;
                    }
                    let kind = self.operator(byte, start);
                    return self.token(kind, start);
                }
                Class::Quote => {
                    self.ends_statement = true;
                    self.string(start);
                    return self.token(TokenKind::String, start);
                }
                Class::RawQuote => {
                    self.ends_statement = true;
                    self.raw_string(start);
                    return self.token(TokenKind::String, start);
                }
                Class::Char => {
                    self.ends_statement = true;
                    self.character(start);
                    return self.token(TokenKind::Char, start);
                }
                Class::Digit => {
                    self.ends_statement = true;
                    let kind = self.number(start);
                    return self.token(kind, start);
                }
                Class::Other => {
                    if let Some(token) = self.other(start) {
                        return token;
                    }
                }
            }
        }
    }

    /// Goes to the next byte that is no blank.
    #[inline]
    fn skip_blanks(&mut self, from: usize) {
        let mut pos = from;
        while let Some(b'\t' | b' ' | b'\r') = self.window.get(pos) {
            pos += 1;
        }
        self.pos = pos;
    }

    /// Goes to the next byte that is no blank and no line end.
    #[inline]
    fn skip_space(&mut self, from: usize) {
        let mut pos = from;
        while let Some(&byte) = self.window.get(pos) {
            match byte {
                b'\t' | b' ' | b'\r' => pos += 1,
                b'\n' => {
                    pos += 1;
                    self.line(pos);
                }
                _ => break,
            }
        }
        self.pos = pos;
    }

    /// A line starts here. Where text is read again, it is known.
    #[inline]
    fn line(&mut self, start: usize) {
        if self.lines.last().is_none_or(|&last| last < start as u32) {
            self.lines.push(start as u32);
        }
    }

    /// The lines that start in a part of the text that is not read byte by byte.
    fn lines_in(&mut self, start: usize, end: usize) {
        // What is known is not searched again.
        let start = self.lines.last().map_or(start, |&last| start.max(last as usize));
        if start >= end {
            return;
        }
        for at in memchr::memchr_iter(b'\n', &self.text[start..end]) {
            self.line(start + at + 1);
        }
    }

    /// Goes to the limit without reading what stands before it.
    pub(crate) fn skip_to_limit(&mut self) {
        let limit = self.limit();
        self.lines_in(self.pos, limit);
        self.pos = limit;
        self.ends_statement = false;
    }

    #[inline]
    fn byte_token(&mut self, kind: TokenKind, start: usize) -> Token {
        self.pos = start + 1;
        self.token(kind, start)
    }

    #[inline]
    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token {
            kind,
            start: start as u32,
            end: self.pos as u32,
        }
    }

    fn implicit_semicolon(&mut self, at: usize) -> Token {
        self.ends_statement = false;
        Token {
            kind: TokenKind::Semicolon,
            start: at as u32,
            end: at as u32,
        }
    }

    #[cold]
    fn at_end(&mut self) -> Token {
        // A literal of a damaged declaration may reach beyond its limit.
        let end = self.pos.max(self.limit()).min(self.text.len());
        if self.ends_statement {
            return self.implicit_semicolon(end);
        }
        Token {
            kind: TokenKind::Eof,
            start: end as u32,
            end: end as u32,
        }
    }

    /// The byte `ahead` behind the current one; zero at the end.
    #[inline]
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.pos + ahead).copied().unwrap_or(0)
    }

    #[cold]
    pub(crate) fn error(&mut self, start: usize, end: usize, message: impl Into<String>) {
        self.error_count += 1;
        if self.errors.len() >= MAX_ERRORS {
            return;
        }
        self.errors.push(SyntaxError {
            span: Span::new(start as u32, end as u32),
            message: message.into(),
        });
    }

    #[inline]
    fn identifier(&mut self, start: usize) -> Token {
        if let Some(word) = word::load(self.text, start) {
            let len = word::name_len(word);
            if len < 8 && self.text[start + len] < 0x80 {
                self.pos = start + len;
                let word = word & word::first_bytes(len);
                if let Some(kind) = word::keyword(word) {
                    self.ends_statement = ends_statement(kind);
                    return self.token(kind, start);
                }
                self.ends_statement = true;
                let (text, valid) = (self.text, self.valid);
                self.name = self.names.intern_word(word, len, || {
                    valid
                        .get(start..start + len)
                        .or_else(|| std::str::from_utf8(&text[start..start + len]).ok())
                        .unwrap_or("")
                });
                return self.token(TokenKind::Ident, start);
            }
        }
        self.long_identifier(start)
    }

    /// A name of eight bytes or more, with letters beyond ASCII, or at the very end of the text.
    #[inline(never)]
    fn long_identifier(&mut self, start: usize) -> Token {
        let mut end = start;
        loop {
            match word::load(self.text, end).map(word::name_len) {
                Some(8) => end += 8,
                Some(len) => {
                    end += len;
                    break;
                }
                None => {
                    while self.text.get(end).is_some_and(|&byte| word::in_name(byte)) {
                        end += 1;
                    }
                    break;
                }
            }
        }
        if self.text.get(end).is_some_and(|&byte| byte >= 0x80) {
            end = unicode::end_of_name(self.text, end);
        }
        self.pos = end;
        let name = &self.text[start..end];
        let kind = word::long_keyword(name);
        self.ends_statement = ends_statement(kind);
        if kind == TokenKind::Ident {
            self.name = match self.valid.get(start..end) {
                Some(name) => self.names.intern(name),
                None => self.names.intern_bytes(name),
            };
        }
        self.token(kind, start)
    }

    /// A byte beyond ASCII, or one that is not part of the language.
    #[cold]
    fn other(&mut self, start: usize) -> Option<Token> {
        if self.text[start] < 0x80 {
            self.pos += 1;
            // NUL is already reported.
            if self.text[start] != 0 {
                let shown = (self.text[start] as char).escape_debug().to_string();
                self.error(
                    start,
                    start + 1,
                    format!("the character `{shown}` has no meaning in Go"),
                );
            }
            return Some(self.token(TokenKind::Illegal, start));
        }
        let (character, len) = unicode::decode(&self.text[start..]);
        match character {
            Some(letter) if unicode::is_letter(letter) => return Some(self.long_identifier(start)),
            Some(other) => {
                self.pos += len;
                let hint = match other {
                    '\u{201c}' | '\u{201d}' => "; strings stand in straight quotes",
                    _ => "",
                };
                // A byte order mark is already reported.
                if other != '\u{feff}' {
                    self.error(
                        start,
                        start + len,
                        format!("the character `{}` has no meaning in Go{hint}", other.escape_debug()),
                    );
                }
            }
            None => self.pos += len,
        }
        Some(self.token(TokenKind::Illegal, start))
    }

    /// An operator that may have several bytes, or a literal that starts like one.
    #[inline(never)]
    fn operator(&mut self, first: u8, start: usize) -> TokenKind {
        use TokenKind as T;
        let second = self.peek(1);
        // Without and with `=`, then doubled.
        let (len, kind) = match (first, second) {
            (b'.', b'0'..=b'9') => {
                self.ends_statement = true;
                return self.number(start);
            }
            (b'.', b'.') if self.peek(2) == b'.' => (3, T::Ellipsis),
            (b'.', _) => (1, T::Period),
            (b':', b'=') => (2, T::Define),
            (b':', _) => (1, T::Colon),
            (b'=', b'=') => (2, T::Equal),
            (b'=', _) => (1, T::Assign),
            (b'!', b'=') => (2, T::NotEqual),
            (b'!', _) => (1, T::Not),
            (b'+', b'+') => (2, T::PlusPlus),
            (b'+', b'=') => (2, T::PlusAssign),
            (b'+', _) => (1, T::Plus),
            (b'-', b'-') => (2, T::MinusMinus),
            (b'-', b'=') => (2, T::MinusAssign),
            (b'-', _) => (1, T::Minus),
            (b'*', b'=') => (2, T::StarAssign),
            (b'*', _) => (1, T::Star),
            (b'/', b'=') => (2, T::SlashAssign),
            (b'/', _) => (1, T::Slash),
            (b'%', b'=') => (2, T::PercentAssign),
            (b'%', _) => (1, T::Percent),
            (b'^', b'=') => (2, T::XorAssign),
            (b'^', _) => (1, T::Xor),
            (b'&', b'&') => (2, T::LogicalAnd),
            (b'&', b'=') => (2, T::AndAssign),
            (b'&', b'^') if self.peek(2) == b'=' => (3, T::AndNotAssign),
            (b'&', b'^') => (2, T::AndNot),
            (b'&', _) => (1, T::And),
            (b'|', b'|') => (2, T::LogicalOr),
            (b'|', b'=') => (2, T::OrAssign),
            (b'|', _) => (1, T::Or),
            (b'<', b'-') => (2, T::Arrow),
            (b'<', b'=') => (2, T::LessEqual),
            (b'<', b'<') if self.peek(2) == b'=' => (3, T::ShiftLeftAssign),
            (b'<', b'<') => (2, T::ShiftLeft),
            (b'<', _) => (1, T::Less),
            (b'>', b'=') => (2, T::GreaterEqual),
            (b'>', b'>') if self.peek(2) == b'=' => (3, T::ShiftRightAssign),
            (b'>', b'>') => (2, T::ShiftRight),
            _ => (1, T::Greater),
        };
        self.pos += len;
        self.ends_statement = matches!(kind, T::PlusPlus | T::MinusMinus);
        kind
    }
}

/// A text as tokens.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The tokens in their order, inserted semicolons among them, without the end.
    pub tokens: Vec<Token>,
    /// The comments in their order.
    pub comments: Vec<Comment>,
    /// What is no token.
    pub errors: Vec<SyntaxError>,
}

/// Splits a text into tokens. The parser asks for them one by one instead.
pub fn tokens(text: &[u8]) -> Tokens {
    let mut lexer = Lexer::new(text);
    let tokens = std::iter::from_fn(|| Some(lexer.next()).filter(|token| token.kind != TokenKind::Eof)).collect();
    Tokens {
        tokens,
        comments: lexer.comments,
        errors: lexer.errors,
    }
}

#[inline]
fn ends_statement(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(kind, T::Ident | T::Break | T::Continue | T::Fallthrough | T::Return)
}

/// What a first byte tells.
#[derive(Clone, Copy)]
enum Class {
    /// Not part of ASCII, or of no token.
    Other,
    Space,
    Newline,
    Letter,
    Digit,
    /// A token of this one byte.
    Simple(TokenKind),
    /// The same, and it may end a statement.
    Close(TokenKind),
    /// `"`
    Quote,
    /// A backquote.
    RawQuote,
    /// `'`
    Char,
    /// This token, unless the next byte belongs to it too.
    Operator(TokenKind),
}

/// Whether a byte behind the first one of an operator may belong to it.
static CONTINUES: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"=<>&|^+-:./*0123456789";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

static CLASSES: [Class; 256] = {
    use TokenKind as T;
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b' ' | b'\t' | b'\r' => Class::Space,
            b'\n' => Class::Newline,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'"' => Class::Quote,
            b'(' => Class::Simple(T::LeftParen),
            b')' => Class::Close(T::RightParen),
            b'[' => Class::Simple(T::LeftBracket),
            b']' => Class::Close(T::RightBracket),
            b'{' => Class::Simple(T::LeftBrace),
            b'}' => Class::Close(T::RightBrace),
            b',' => Class::Simple(T::Comma),
            b';' => Class::Simple(T::Semicolon),
            b'.' => Class::Operator(T::Period),
            b':' => Class::Operator(T::Colon),
            b'=' => Class::Operator(T::Assign),
            b'!' => Class::Operator(T::Not),
            b'+' => Class::Operator(T::Plus),
            b'-' => Class::Operator(T::Minus),
            b'*' => Class::Operator(T::Star),
            b'/' => Class::Operator(T::Slash),
            b'%' => Class::Operator(T::Percent),
            b'^' => Class::Operator(T::Xor),
            b'&' => Class::Operator(T::And),
            b'|' => Class::Operator(T::Or),
            b'<' => Class::Operator(T::Less),
            b'>' => Class::Operator(T::Greater),
            b'~' => Class::Simple(T::Tilde),
            b'\'' => Class::Char,
            b'`' => Class::RawQuote,
            _ => Class::Other,
        };
        byte += 1;
    }
    table
};
