//! The two pages that are looked at before they are passed on: the index of `net/http/pprof`, and `goroutine?debug=1`.

use std::io::{self, Read};

/// Names and counts of the index page, in its order. Empty if the page is something else.
pub(crate) fn index(page: &[u8]) -> Vec<(String, u64)> {
    let page = String::from_utf8_lossy(page);
    let mut profiles = Vec::new();
    // A row is `<td>12</td><td><a href='goroutine?debug=1'>goroutine</a></td>`; quotes and spaces differ between versions.
    for (at, _) in page.match_indices("?debug=") {
        let name: String = page[..at]
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
            .collect();
        let name: String = name.chars().rev().collect();
        let row = page[..at].rfind("<tr").map_or(&page[..at], |row| &page[row..at]);
        let count = row
            .split("<td>")
            .nth(1)
            .and_then(|cell| cell.split('<').next())
            .and_then(|cell| cell.trim().parse().ok());
        if let (false, Some(count)) = (name.is_empty(), count)
            && !profiles.iter().any(|(known, _)| *known == name)
        {
            profiles.push((name, count));
        }
    }
    profiles
}

/// Passes `goroutine?debug=1` on and counts on the way: goroutines, and those that wait for a lock.
pub(crate) struct Counting<'a> {
    inner: &'a mut dyn Read,
    line: Vec<u8>,
    block: u64,
    block_waits: bool,
    pub(crate) goroutines: u64,
    pub(crate) lock_waiters: u64,
    /// Reading ended with an error, so that the counts are too low.
    pub(crate) failed: bool,
}

/// The part of a line that is kept: the count stands at its start, the function soon after.
const LINE_KEPT: usize = 512;

impl<'a> Counting<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read) -> Self {
        Self {
            inner,
            line: Vec::new(),
            block: 0,
            block_waits: false,
            goroutines: 0,
            lock_waiters: 0,
            failed: false,
        }
    }

    fn look(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < LINE_KEPT {
                    self.line.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let text = String::from_utf8_lossy(&line);
            if let Some((count, _)) = text.split_once(" @")
                && let Ok(count) = count.parse::<u64>()
            {
                self.block = count;
                self.block_waits = false;
                self.goroutines = self.goroutines.saturating_add(count);
            } else if !self.block_waits && text.starts_with('#') && text.contains("sync.runtime_Semacquire") {
                self.block_waits = true;
                self.lock_waiters = self.lock_waiters.saturating_add(self.block);
            }
            self.line = line;
            self.line.clear();
        }
    }
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).inspect_err(|error| {
            self.failed |= error.kind() != io::ErrorKind::Interrupted;
        })?;
        self.look(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_of_several_versions() {
        let page = b"<html><title>/debug/pprof/</title><table>\
            <thead><td>Count</td><td>Profile</td></thead>\n\
            <tr><td>3</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n\
            <tr>\n<td>17</td><td><a href=goroutine?debug=1>goroutine</a></td>\n</tr>\n\
            <tr><td>0</td><td><a href='my-pool.v2?debug=1'>my-pool.v2</a></td></tr>\
            <a href=\"goroutine?debug=2\">full goroutine stack dump</a>";
        let found = index(page);
        let expected = [("allocs", 3), ("goroutine", 17), ("my-pool.v2", 0)];
        assert_eq!(found, expected.map(|(name, count)| (name.to_owned(), count)));
    }

    #[test]
    fn other_pages_have_no_profiles() {
        assert!(index(b"<html>Sign in<a href='/login?debug=1'>").is_empty());
        assert!(index(b"\xff\xfe\x00?debug=").is_empty());
        assert!(index(b"").is_empty());
    }

    #[test]
    fn counts_do_not_depend_on_the_pieces_read() {
        let text = b"goroutine profile: total 12\n7 @ 0x1 0x2\n#\t0x1\tinternal/sync.runtime_SemacquireMutex+0x25\t/go/sema.go:95\n\
            #\t0x2\tsync.runtime_Semacquire+0x1\tx\n\n5 @ 0x3\n#\t0x3\tmain.main+0x1\t/a.go:1\n";
        for size in [1, 3, 4096] {
            let mut inner = &text[..];
            let mut counting = Counting::new(&mut inner);
            let mut buffer = vec![0; size];
            while counting.read(&mut buffer).expect("memory") > 0 {}
            assert_eq!((counting.goroutines, counting.lock_waiters), (12, 7), "{size}");
        }
    }
}
