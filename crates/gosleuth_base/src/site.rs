//! A place in code.

/// A place in code as Go's own symbol name, file and line. Lines are 1-based; 0 means unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// Go symbol name, for example `example.com/shop/orders.(*Service).fetch.func1`.
    pub function: String,
    /// File as the evidence writes it: absolute, module-relative under `-trimpath`, or empty.
    pub file: String,
    /// 1-based line, 0 if unknown.
    pub line: u32,
}

impl Site {
    /// The last element of the file path.
    pub fn file_name(&self) -> &str {
        self.file.rsplit(['/', '\\']).next().unwrap_or("")
    }
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.file.is_empty(), self.line) {
            (true, _) => write!(f, "{}", self.function),
            (false, 0) => write!(f, "{} ({})", self.function, self.file),
            (false, line) => write!(f, "{} ({}:{line})", self.function, self.file),
        }
    }
}
