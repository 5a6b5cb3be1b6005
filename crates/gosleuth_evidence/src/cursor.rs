//! Reading one line from left to right.

/// What is left of a line. Every method moves on success only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// Takes `text`.
    pub(crate) fn lit(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes decimal digits that fit a `u64`.
    pub(crate) fn u64(&mut self) -> Option<u64> {
        let end = self
            .0
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(self.0.len());
        let value = std::str::from_utf8(&self.0[..end]).ok()?.parse().ok()?;
        self.0 = &self.0[end..];
        Some(value)
    }

    /// Takes a `u32`.
    pub(crate) fn u32(&mut self) -> Option<u32> {
        let mut copy = *self;
        let value = u32::try_from(copy.u64()?).ok()?;
        *self = copy;
        Some(value)
    }

    /// Takes a number as the runtime prints milliseconds: digits and at most a dot, no sign, no exponent.
    pub(crate) fn decimal(&mut self) -> Option<f64> {
        let end = self
            .0
            .iter()
            .position(|&byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(self.0.len());
        if end > 24 {
            return None;
        }
        let value = std::str::from_utf8(&self.0[..end]).ok()?.parse().ok()?;
        self.0 = &self.0[end..];
        Some(value)
    }

    /// Takes everything before `stop`, and `stop`.
    pub(crate) fn until(&mut self, stop: &[u8]) -> Option<&'a [u8]> {
        let at = memchr::memmem::find(self.0, stop)?;
        let taken = &self.0[..at];
        self.0 = &self.0[at + stop.len()..];
        Some(taken)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
