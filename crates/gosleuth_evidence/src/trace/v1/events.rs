//! The event types of trace format 1 (Go 1.11 to 1.21) and how they lie in the file.

use crate::trace::reader::Version;
use crate::trace::tables::Span;
use crate::trace::varint;

/// Numbers of the event types.
pub(super) mod kind {
    pub(crate) const BATCH: u8 = 1;
    pub(crate) const FREQUENCY: u8 = 2;
    pub(crate) const STACK: u8 = 3;
    pub(crate) const GOMAXPROCS: u8 = 4;
    pub(crate) const PROC_START: u8 = 5;
    pub(crate) const PROC_STOP: u8 = 6;
    pub(crate) const GC_START: u8 = 7;
    pub(crate) const GC_DONE: u8 = 8;
    pub(crate) const STW_START: u8 = 9;
    pub(crate) const STW_DONE: u8 = 10;
    pub(crate) const SWEEP_START: u8 = 11;
    pub(crate) const SWEEP_DONE: u8 = 12;
    pub(crate) const GO_CREATE: u8 = 13;
    pub(crate) const GO_START: u8 = 14;
    pub(crate) const GO_END: u8 = 15;
    pub(crate) const GO_STOP: u8 = 16;
    pub(crate) const GO_SCHED: u8 = 17;
    pub(crate) const GO_PREEMPT: u8 = 18;
    pub(crate) const GO_SLEEP: u8 = 19;
    pub(crate) const GO_BLOCK: u8 = 20;
    pub(crate) const GO_UNBLOCK: u8 = 21;
    pub(crate) const GO_BLOCK_SEND: u8 = 22;
    pub(crate) const GO_BLOCK_RECEIVE: u8 = 23;
    pub(crate) const GO_BLOCK_SELECT: u8 = 24;
    pub(crate) const GO_BLOCK_SYNC: u8 = 25;
    pub(crate) const GO_BLOCK_COND: u8 = 26;
    pub(crate) const GO_BLOCK_NET: u8 = 27;
    pub(crate) const GO_SYS_CALL: u8 = 28;
    pub(crate) const GO_SYS_EXIT: u8 = 29;
    pub(crate) const GO_SYS_BLOCK: u8 = 30;
    pub(crate) const GO_WAITING: u8 = 31;
    pub(crate) const GO_IN_SYSCALL: u8 = 32;
    pub(crate) const HEAP_ALLOC: u8 = 33;
    pub(crate) const HEAP_GOAL: u8 = 34;
    pub(crate) const TIMER_GOROUTINE: u8 = 35;
    pub(crate) const STRING: u8 = 37;
    pub(crate) const GO_START_LOCAL: u8 = 38;
    pub(crate) const GO_UNBLOCK_LOCAL: u8 = 39;
    pub(crate) const GO_SYS_EXIT_LOCAL: u8 = 40;
    pub(crate) const GO_START_LABEL: u8 = 41;
    pub(crate) const GO_BLOCK_GC: u8 = 42;
    pub(crate) const ASSIST_START: u8 = 43;
    pub(crate) const ASSIST_DONE: u8 = 44;
    pub(crate) const TASK_CREATE: u8 = 45;
    pub(crate) const TASK_END: u8 = 46;
    pub(crate) const REGION: u8 = 47;
    pub(crate) const USER_LOG: u8 = 48;
    pub(crate) const CPU_SAMPLE: u8 = 49;
}

/// The first byte of every batch: its type with one number more than the type byte says, as every event.
pub(super) const BATCH_BYTE: u8 = kind::BATCH | 1 << 6;

/// Bytes of the numbers of one event, beyond which it is damage: a stack has at most 1000 frames of four numbers.
const MAX_LENGTH: u64 = 64 << 10;
/// Frames of a stack.
const MAX_FRAMES: u64 = 1000;
/// Bytes of a string.
const MAX_STRING: u64 = 1_000_000;

/// Numbers of each event, the time first, a stack last; 255 for types that there are not. Of a stack only those before its frames.
static NUMBERS: [u8; 50] = [
    255, 2, 1, 2, 3, 2, 1, 3, 1, 2, 1, 2, 3, 4, 3, 1, 2, 2, 2, 2, 2, 4, 2, 2, 2, 2, 2, 2, 2, 4, 1, 2, 2, 2, 2, 1, 1, 1,
    2, 3, 3, 4, 2, 2, 1, 5, 3, 5, 4, 5,
];

/// An event as it lies in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Raw {
    pub kind: u8,
    /// The numbers: the first is the time since the event before, except in tables and batches.
    pub args: [u64; 5],
    /// A string's bytes, a stack's frames or the message of a log.
    pub text: Span,
}

/// Why there is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// The bytes end before it does.
    Cut,
    /// It is none.
    Damaged,
}

/// The event at `at`, which moves behind it.
#[inline]
pub(super) fn decode(data: &[u8], at: &mut usize, version: Version) -> Result<Raw, Decoded> {
    let first = *data.get(*at).ok_or(Decoded::Cut)?;
    let kind = first & 0x3f;
    let count = match NUMBERS.get(usize::from(kind)) {
        None | Some(255) => return Err(Decoded::Damaged),
        Some(_) if kind == kind::CPU_SAMPLE && version < Version::Go119 => return Err(Decoded::Damaged),
        Some(&count) => usize::from(count),
    };
    let mut next = *at + 1;
    let mut raw = Raw { kind, ..Raw::default() };
    if kind == kind::STRING {
        raw.args[0] = number(data, &mut next)?;
        raw.text = text(data, &mut next)?;
    } else if first >> 6 < 3 {
        if usize::from(first >> 6) + 1 != count || kind == kind::STACK {
            return Err(Decoded::Damaged);
        }
        for arg in &mut raw.args[..count] {
            *arg = number(data, &mut next)?;
        }
    } else {
        let length = number(data, &mut next)?;
        if length > MAX_LENGTH {
            return Err(Decoded::Damaged);
        }
        let end = next + length as usize;
        let inner = data.get(..end).ok_or(Decoded::Cut)?;
        // Within its own length, a number that is cut is damage.
        let wrong = |_| Decoded::Damaged;
        for arg in &mut raw.args[..count] {
            *arg = number(inner, &mut next).map_err(wrong)?;
        }
        if kind == kind::STACK {
            raw.text = Span {
                start: next as u32,
                end: end as u32,
            };
            if raw.args[1] > MAX_FRAMES {
                return Err(Decoded::Damaged);
            }
            for _ in 0..raw.args[1] * 4 {
                number(inner, &mut next).map_err(wrong)?;
            }
        }
        if next != end {
            return Err(Decoded::Damaged);
        }
        if kind == kind::USER_LOG {
            raw.text = text(data, &mut next)?;
        }
    }
    *at = next;
    Ok(raw)
}

/// A number.
#[inline]
fn number(data: &[u8], at: &mut usize) -> Result<u64, Decoded> {
    let ends = data.len() - (*at).min(data.len()) < 10;
    varint::read(data, at).ok_or(if ends { Decoded::Cut } else { Decoded::Damaged })
}

/// A string behind its length.
fn text(data: &[u8], at: &mut usize) -> Result<Span, Decoded> {
    let length = number(data, at)?;
    if length > MAX_STRING {
        return Err(Decoded::Damaged);
    }
    let end = *at + length as usize;
    if end > data.len() {
        return Err(Decoded::Cut);
    }
    let span = Span {
        start: *at as u32,
        end: end as u32,
    };
    *at = end;
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_the_byte_or_behind_a_length() {
        let decoded = |bytes: &[u8]| decode(bytes, &mut 0, Version::Go121).map(|raw| raw.args);
        // GoStart dt g seq, GoCreate dt g stack stack.
        assert_eq!(decoded(&[kind::GO_START | 2 << 6, 1, 2, 3]), Ok([1, 2, 3, 0, 0]));
        assert_eq!(decoded(&[kind::GO_CREATE | 3 << 6, 4, 1, 2, 3, 4]), Ok([1, 2, 3, 4, 0]));
        assert_eq!(decoded(&[kind::GO_START | 2 << 6, 1, 2]), Err(Decoded::Cut));
        assert_eq!(decoded(&[kind::GO_START | 1 << 6, 1, 2]), Err(Decoded::Damaged));
        assert_eq!(
            decoded(&[kind::GO_CREATE | 3 << 6, 5, 1, 2, 3, 4, 5]),
            Err(Decoded::Damaged)
        );
        assert_eq!(decoded(&[63]), Err(Decoded::Damaged));
    }

    #[test]
    fn samples_of_the_profiler_came_with_go_1_19() {
        let bytes = [kind::CPU_SAMPLE | 3 << 6, 5, 1, 2, 3, 4, 5];
        assert!(decode(&bytes, &mut 0, Version::Go119).is_ok());
        assert!(decode(&bytes, &mut 0, Version::Go111).is_err());
    }
}
