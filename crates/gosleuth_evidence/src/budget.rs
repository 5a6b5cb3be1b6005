//! How much a reader may still keep.
//!
//! Invariant: what a reader of profiles keeps is charged here before it is kept, so that hostile input costs at most the
//! allowance and a share of its own size.

/// Bytes that may still be kept.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    exhausted: bool,
}

impl Budget {
    /// What any input may cost, beyond a share of its size: 64 MiB less what the reader itself needs.
    pub(crate) const ALLOWANCE: usize = 56 << 20;

    pub(crate) fn new(extra: usize) -> Self {
        Self {
            left: Self::ALLOWANCE.saturating_add(extra),
            exhausted: false,
        }
    }

    /// What is left of the allowance after `used` bytes.
    pub(crate) fn after(used: usize) -> Self {
        Self {
            left: Self::ALLOWANCE.saturating_sub(used),
            exhausted: false,
        }
    }

    /// More input was read.
    pub(crate) fn grow(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes);
    }

    /// Asks to keep `bytes`.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.exhausted = true;
                false
            }
        }
    }

    /// Whether something had to be refused.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }
}
