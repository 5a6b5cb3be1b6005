//! The tokens of Go.

use crate::ast::BinaryOp;

/// Kind of a token. The order of the operators matters: tables follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "keywords and operators say what they are")]
pub enum TokenKind {
    /// Behind the text, or behind the part of it that is read.
    Eof,
    /// A byte or character that starts no token.
    Illegal,
    /// `;`, or the end of a line that ends a statement: then the token is empty.
    Semicolon,

    Ident,
    Int,
    Float,
    Imag,
    Char,
    String,

    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Period,
    Colon,
    Ellipsis,
    Not,
    Tilde,
    Arrow,
    PlusPlus,
    MinusMinus,

    // Binary operators, in the order of their assignment forms below.
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    AndNot,
    LogicalAnd,
    LogicalOr,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,

    Assign,
    Define,
    PlusAssign,
    MinusAssign,
    StarAssign,
    SlashAssign,
    PercentAssign,
    AndAssign,
    OrAssign,
    XorAssign,
    ShiftLeftAssign,
    ShiftRightAssign,
    AndNotAssign,

    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

impl TokenKind {
    /// The binary operator and how strongly it binds, from 1 to 5; 0 for what is none.
    pub(crate) fn binary(self) -> (BinaryOp, u8) {
        BINARY[self as usize]
    }

    /// The operator of an assignment operation such as `+=`.
    pub(crate) fn assignment_op(self) -> Option<BinaryOp> {
        if self < Self::PlusAssign || self > Self::AndNotAssign {
            return None;
        }
        Some(ASSIGNMENT_OPS[self as usize - Self::PlusAssign as usize])
    }

    /// The token as an error names it.
    pub(crate) fn describe(self) -> &'static str {
        DESCRIPTIONS[self as usize]
    }

    /// Whether a keyword that starts a declaration at the top level of a file.
    pub(crate) fn starts_declaration(self) -> bool {
        matches!(self, Self::Const | Self::Func | Self::Import | Self::Type | Self::Var)
    }
}

const KINDS: usize = TokenKind::Var as usize + 1;

const BINARY: [(BinaryOp, u8); KINDS] = {
    use TokenKind as T;
    let mut table = [(BinaryOp::Add, 0); KINDS];
    let rows = [
        (T::LogicalOr, BinaryOp::LogicalOr, 1),
        (T::LogicalAnd, BinaryOp::LogicalAnd, 2),
        (T::Equal, BinaryOp::Equal, 3),
        (T::NotEqual, BinaryOp::NotEqual, 3),
        (T::Less, BinaryOp::Less, 3),
        (T::LessEqual, BinaryOp::LessEqual, 3),
        (T::Greater, BinaryOp::Greater, 3),
        (T::GreaterEqual, BinaryOp::GreaterEqual, 3),
        (T::Plus, BinaryOp::Add, 4),
        (T::Minus, BinaryOp::Sub, 4),
        (T::Or, BinaryOp::Or, 4),
        (T::Xor, BinaryOp::Xor, 4),
        (T::Star, BinaryOp::Mul, 5),
        (T::Slash, BinaryOp::Div, 5),
        (T::Percent, BinaryOp::Rem, 5),
        (T::ShiftLeft, BinaryOp::Shl, 5),
        (T::ShiftRight, BinaryOp::Shr, 5),
        (T::And, BinaryOp::And, 5),
        (T::AndNot, BinaryOp::AndNot, 5),
    ];
    let mut index = 0;
    while index < rows.len() {
        table[rows[index].0 as usize] = (rows[index].1, rows[index].2);
        index += 1;
    }
    table
};

const ASSIGNMENT_OPS: [BinaryOp; 11] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Shl,
    BinaryOp::Shr,
    BinaryOp::AndNot,
];

const DESCRIPTIONS: [&str; KINDS] = [
    "the end of the file",
    "an illegal character",
    "`;`",
    "a name",
    "a number",
    "a number",
    "a number",
    "a character literal",
    "a string",
    "`(`",
    "`)`",
    "`[`",
    "`]`",
    "`{`",
    "`}`",
    "`,`",
    "`.`",
    "`:`",
    "`...`",
    "`!`",
    "`~`",
    "`<-`",
    "`++`",
    "`--`",
    "`+`",
    "`-`",
    "`*`",
    "`/`",
    "`%`",
    "`&`",
    "`|`",
    "`^`",
    "`<<`",
    "`>>`",
    "`&^`",
    "`&&`",
    "`||`",
    "`==`",
    "`!=`",
    "`<`",
    "`<=`",
    "`>`",
    "`>=`",
    "`=`",
    "`:=`",
    "`+=`",
    "`-=`",
    "`*=`",
    "`/=`",
    "`%=`",
    "`&=`",
    "`|=`",
    "`^=`",
    "`<<=`",
    "`>>=`",
    "`&^=`",
    "`break`",
    "`case`",
    "`chan`",
    "`const`",
    "`continue`",
    "`default`",
    "`defer`",
    "`else`",
    "`fallthrough`",
    "`for`",
    "`func`",
    "`go`",
    "`goto`",
    "`if`",
    "`import`",
    "`interface`",
    "`map`",
    "`package`",
    "`range`",
    "`return`",
    "`select`",
    "`struct`",
    "`switch`",
    "`type`",
    "`var`",
];

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}
