//! What happens behind an error.
//!
//! Inside a statement or a field, tokens are skipped up to its end. If that is not enough because brackets or quotes are missing, the
//! layout decides: in a declaration with an error that reaches beyond a line that starts with the keyword of a declaration, not deeper
//! indented than the declaration itself, the text up to that line is all there is of it. Correct text is never read by its layout.

use super::{Lengths, Parser};
use crate::ast::DeclId;
use crate::layout;
use crate::token::{Token, TokenKind as T};

/// How much may be read twice, in bytes, beside once the text. What is left is then read by its layout.
const MOST_WASTED: usize = 1 << 16;

/// Where parsing can start again.
struct Checkpoint {
    lengths: Lengths,
    token: Token,
    prev_end: u32,
    lexer: LexerState,
}

struct LexerState {
    pos: usize,
    ends_statement: bool,
    name: gosleuth_base::Sym,
    comments: usize,
    directives: usize,
    errors: usize,
    error_count: usize,
}

impl Parser<'_> {
    /// A declaration at the top level.
    pub(super) fn top_level_declaration(&mut self) -> DeclId {
        let checkpoint = Checkpoint {
            lengths: self.lengths(),
            token: self.token,
            prev_end: self.prev_end,
            lexer: self.lexer_state(),
        };
        self.top_level = checkpoint.token.start;
        self.abandoned = None;
        // Reading beyond the boundaries of declarations again and again must not add up.
        self.limited = self.wasted > MOST_WASTED + self.lexer.text.len();
        if self.limited
            && let Some(boundary) = self.boundary()
        {
            self.lexer.limit_to(boundary);
        }
        let decl = self.declaration();
        if self.lexer.error_count == checkpoint.lexer.error_count {
            return self.resume(decl);
        }
        let Some(boundary) = self.boundary().filter(|&at| at < self.token.start as usize) else {
            return self.resume(decl);
        };
        if self.limited {
            return self.resume(decl);
        }
        let end = self.abandoned.unwrap_or(self.token.start);
        self.wasted += end.saturating_sub(checkpoint.token.start) as usize;
        checkpoint.lengths.restore(&mut self.file);
        self.restore_lexer(&checkpoint.lexer);
        self.token = checkpoint.token;
        self.prev_end = checkpoint.prev_end;
        self.last_error = u32::MAX;
        self.limited = true;
        self.lexer.limit_to(boundary);
        let decl = self.declaration();
        self.resume(decl)
    }

    /// Where by its layout the declaration at the top level has to end that is being read.
    fn boundary(&mut self) -> Option<usize> {
        let start = self.top_level as usize;
        let indent = self.indentation(start);
        self.lexer.boundary(start, indent)
    }

    /// How far the line of an offset is indented.
    fn indentation(&self, at: usize) -> usize {
        let lines = &self.lexer.lines;
        let line = lines.partition_point(|&start| start as usize <= at);
        let start = lines.get(line.wrapping_sub(1)).map_or(0, |&start| start as usize);
        layout::leading(&self.lexer.text[start..])
    }

    /// The declaration is damaged: from here on it does not reach beyond its boundary.
    #[cold]
    pub(super) fn damaged(&mut self) {
        if self.limited || self.top_level == u32::MAX {
            return;
        }
        if self.abandoned.is_some() {
            return;
        }
        self.limited = true;
        let Some(boundary) = self.boundary() else {
            return;
        };
        if (self.token.start as usize) < boundary {
            self.lexer.limit_to(boundary);
            // A literal may contain what looks like a boundary.
            self.lexer.move_limit_behind(self.token.end as usize);
        } else {
            // All of this will be read again.
            self.limited = false;
            self.abandoned = Some(self.token.start);
            self.abandon_declaration();
        }
    }

    /// Goes on behind the limit of a damaged declaration.
    fn resume(&mut self, decl: DeclId) -> DeclId {
        let limited = self.lexer.limit() < self.lexer.text.len();
        self.lexer.unlimit();
        // Errors between declarations are no damage of the one before.
        self.top_level = u32::MAX;
        if limited && self.at(T::Eof) {
            self.token = self.lexer.next();
        }
        decl
    }

    /// Makes the token the end of what is read of this declaration: another one starts here.
    pub(super) fn end_here(&mut self) {
        self.lexer.limit_to(self.token.start as usize);
        self.abandon_declaration();
    }

    /// Gives up what is left of the declaration, without further errors.
    pub(super) fn abandon_declaration(&mut self) {
        self.lexer.skip_to_limit();
        self.token = self.lexer.next();
        self.last_error = self.token.start;
    }

    /// Skips what is no declaration at the top level.
    pub(super) fn skip_to_declaration(&mut self) {
        let limit = self.lexer.limit();
        if let Some(boundary) = self.boundary().filter(|&at| at <= limit) {
            // A string that is not closed may have been read beyond it.
            self.prev_end = self.token.end.min(boundary as u32);
            self.lexer.limit_to(boundary);
            self.abandon_declaration();
            return;
        }
        let errors = self.lexer.errors.len();
        let mut braces = 0_u32;
        loop {
            let separated = self.at(T::Semicolon);
            match self.kind() {
                T::LeftBrace => braces += 1,
                T::RightBrace => braces = braces.saturating_sub(1),
                _ => {}
            }
            self.bump();
            if self.at(T::Eof) || (braces == 0 && separated && self.kind().starts_declaration()) {
                break;
            }
        }
        // One error says it all.
        self.lexer.errors.truncate(errors);
    }

    /// Skips to behind the end of the statement, or to the `}` that ends its block.
    pub(super) fn skip_statement(&mut self) {
        let mut braces = 0_u32;
        let mut others = 0_u32;
        loop {
            match self.kind() {
                T::Eof => return,
                T::Semicolon if braces == 0 && (others == 0 || self.at_line_end()) => {
                    self.bump();
                    return;
                }
                T::Case | T::Default if braces == 0 => return,
                T::LeftBrace => braces += 1,
                T::RightBrace if braces == 0 => return,
                T::RightBrace => braces -= 1,
                T::LeftParen | T::LeftBracket => others += 1,
                T::RightParen | T::RightBracket => others = others.saturating_sub(1),
                _ => {}
            }
            self.bump();
        }
    }

    /// Skips a field or method that could not be read; false at the end.
    pub(super) fn skip_field(&mut self) -> bool {
        let before = self.token.start;
        self.skip_statement();
        if self.token.start == before && !matches!(self.kind(), T::RightBrace | T::Eof) {
            self.bump();
        }
        !self.at(T::Eof)
    }

    /// Skips to behind the `:` of a clause, but not beyond the line.
    pub(super) fn skip_case(&mut self) {
        loop {
            match self.kind() {
                T::RightBrace | T::Eof => return,
                T::Colon | T::Semicolon => {
                    self.bump();
                    return;
                }
                _ => self.bump(),
            }
        }
    }

    /// Skips to the `{` behind a header.
    pub(super) fn skip_to_body(&mut self) {
        while !matches!(self.kind(), T::LeftBrace | T::RightBrace | T::Eof) && !self.at_line_end() {
            self.bump();
        }
        self.last_error = self.token.start;
    }

    /// A list is not closed where it should be.
    #[cold]
    pub(super) fn skip_to_close(&mut self, close: T, list: &str) {
        self.unexpected(&format!("{} behind {list}", close.describe()));
        let mut open = 0_u32;
        loop {
            match self.kind() {
                kind if kind == close && open == 0 => {
                    self.bump();
                    return;
                }
                T::Semicolon | T::Eof | T::LeftBrace | T::RightBrace => return,
                T::LeftParen | T::LeftBracket => open += 1,
                T::RightParen | T::RightBracket => {
                    if open == 0 {
                        return;
                    }
                    open -= 1;
                }
                _ => {}
            }
            self.bump();
        }
    }

    /// Behind an element stands neither a comma nor the end of the list. Whether the list goes on.
    #[cold]
    pub(super) fn missing_comma(&mut self, close: T, list: &str) -> bool {
        if self.at_line_end() {
            let next = self.peek_kind();
            if next == close || (close == T::RightBrace && starts_operand(next)) {
                self.error_here(format!("the last line of {list} ends without a comma"));
                self.bump();
                return true;
            }
        }
        // An error that is already here means that the element before took nothing.
        if starts_operand(self.kind()) && self.last_error != self.token.start {
            self.unexpected(&format!("`,` or {} in {list}", close.describe()));
            return true;
        }
        false
    }

    /// The kind of the token behind this one. Slow; only for errors.
    fn peek_kind(&mut self) -> T {
        let state = self.lexer_state();
        let next = self.lexer.next();
        self.restore_lexer(&state);
        next.kind
    }

    /// Whether `func` declares: a name follows.
    pub(super) fn at_declared_function(&self) -> bool {
        let behind = &self.lexer.text[self.token.end as usize..];
        let next = behind.iter().find(|&&byte| byte != b' ' && byte != b'\t');
        next.is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80)
    }

    /// Whether `{` is the token behind this one.
    pub(super) fn brace_follows(&mut self) -> bool {
        self.peek_kind() == T::LeftBrace
    }

    fn lexer_state(&self) -> LexerState {
        LexerState {
            pos: self.lexer.pos,
            ends_statement: self.lexer.ends_statement,
            name: self.lexer.name,
            comments: self.lexer.comments.len(),
            directives: self.lexer.directives.len(),
            errors: self.lexer.errors.len(),
            error_count: self.lexer.error_count,
        }
    }

    fn restore_lexer(&mut self, state: &LexerState) {
        self.lexer.pos = state.pos;
        self.lexer.ends_statement = state.ends_statement;
        self.lexer.name = state.name;
        self.lexer.comments.truncate(state.comments);
        self.lexer.directives.truncate(state.directives);
        self.lexer.errors.truncate(state.errors);
        self.lexer.error_count = state.error_count;
    }
}

impl crate::lexer::Lexer<'_> {
    fn boundary(&mut self, from: usize, indent: usize) -> Option<usize> {
        self.boundaries.next(self.text, from, indent)
    }

    /// A literal or comment that is closed, and so intact, contained the limit: the next boundary counts.
    pub(crate) fn move_limit_behind(&mut self, end: usize) {
        if self.limit() < end {
            let limit = self.boundary(end, 0).unwrap_or(self.text.len());
            self.limit_to(limit);
        }
    }
}

/// Whether an operand can start with a token.
fn starts_operand(kind: T) -> bool {
    matches!(
        kind,
        T::Ident
            | T::Int
            | T::Float
            | T::Imag
            | T::Char
            | T::String
            | T::LeftParen
            | T::LeftBracket
            | T::LeftBrace
            | T::Func
            | T::Struct
            | T::Map
            | T::Interface
            | T::Chan
            | T::Not
            | T::Arrow
    )
}
