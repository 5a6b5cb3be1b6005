//! Stamps of logs in the forms that programs, servers and collectors write.

use crate::model::Time;
use crate::time::{self, Civil};

/// A stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The instant; UTC where there is no zone.
    pub time: Time,
    /// The zone is known.
    pub zoned: bool,
    /// The year is known.
    pub dated: bool,
}

impl Stamp {
    fn new(civil: Civil, zoned: bool) -> Option<Self> {
        Some(Self {
            time: civil.time()?,
            zoned,
            dated: true,
        })
    }
}

/// A stamp at the start of a text, and its length. `now` gives the year to stamps without one.
pub(super) fn leading(text: &[u8], now: Option<Time>) -> Option<(Stamp, usize)> {
    match text.first()? {
        b'0'..=b'9' => numeric(text),
        b'A'..=b'Z' => named(text, now),
        _ => None,
    }
}

/// A whole value: text in one of the forms, or a count since 1970.
pub(super) fn whole(value: &[u8], now: Option<Time>) -> Option<Stamp> {
    if let Some(stamp) = epoch(value).or_else(|| float(value)) {
        return Some(stamp);
    }
    // `2006-01-02 15:04:05 +0100 CET` has the name of its zone behind the zone.
    leading(value, now).map(|(stamp, _)| stamp)
}

fn numeric(text: &[u8]) -> Option<(Stamp, usize)> {
    match *text.get(4)? {
        b'-' => {
            let separator = *text.get(10)?;
            if !matches!(separator, b'T' | b't' | b' ' | b'_') {
                return None;
            }
            let (civil, end) = time::stamp(text, b'-', separator)?;
            zoned(text, civil, end)
        }
        b'/' => {
            let (civil, end) = time::stamp(text, b'/', b' ')?;
            zoned(text, civil, end)
        }
        _ => access(text),
    }
}

/// Looks for what `time::stamp` does not take: a zone behind a blank.
fn zoned(text: &[u8], mut civil: Civil, mut end: usize) -> Option<(Stamp, usize)> {
    let mut known = text[19..end].iter().any(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    if !known {
        let rest = &text[end..];
        if rest.starts_with(b"z") {
            (known, end) = (true, end + 1);
        } else if let Some((offset, length)) = rest.strip_prefix(b" ").and_then(offset) {
            civil.offset = offset;
            (known, end) = (true, end + 1 + length);
        } else if let Some(name) = [&b" UTC"[..], b" GMT"].iter().find(|name| rest.starts_with(name)) {
            (known, end) = (true, end + name.len());
        }
    }
    Some((Stamp::new(civil, known)?, end))
}

/// `+0100` or `+01:00`: seconds east and the length.
fn offset(text: &[u8]) -> Option<(i32, usize)> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = time::digits(text, 1, 2)?;
    let colon = usize::from(text.get(3) == Some(&b':'));
    let minutes = time::digits(text, 3 + colon, 2)?;
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    Some((sign * seconds, 5 + colon))
}

/// `20/Nov/2026:09:27:40 +0000`, as web servers write it.
fn access(text: &[u8]) -> Option<(Stamp, usize)> {
    if text.get(2) != Some(&b'/') || text.get(6) != Some(&b'/') {
        return None;
    }
    let (clock, mut end) = match text.get(11)? {
        b':' | b' ' => time::clock(text, 12)?,
        _ => return None,
    };
    let mut civil = Civil {
        year: i32::try_from(time::digits(text, 7, 4)?).ok()?,
        month: time::month(&text[3..6])?,
        day: time::digits(text, 0, 2)?,
        ..clock
    };
    let zone = text
        .get(end..)
        .and_then(|rest| rest.strip_prefix(b" "))
        .and_then(offset);
    if let Some((east, length)) = zone {
        civil.offset = east;
        end += 1 + length;
    }
    Some((Stamp::new(civil, zone.is_some())?, end))
}

/// `Nov 20 09:27:40`, as syslog writes it, and `Fri, 20 Nov 2026 09:27:40 GMT`.
fn named(text: &[u8], now: Option<Time>) -> Option<(Stamp, usize)> {
    if text.get(3) == Some(&b',') {
        let mut civil = time::clock(text, 17)?.0;
        civil.year = i32::try_from(time::digits(text, 12, 4)?).ok()?;
        civil.month = time::month(text.get(8..11)?)?;
        civil.day = time::digits(text, 5, 2)?;
        let known = text.get(25..29) == Some(b" GMT") || text.get(25..29) == Some(b" UTC");
        return Some((Stamp::new(civil, known)?, 25));
    }
    let month = time::month(text.get(..3)?)?;
    let day = match (text.get(4)?, text.get(5)?) {
        (b' ', digit @ b'1'..=b'9') => u32::from(digit - b'0'),
        _ => time::digits(text, 4, 2)?,
    };
    let (civil, end) = time::clock(text, 7)?;
    (text[3] == b' ' && text[6] == b' ').then_some(())?;
    Some((with_year(Civil { month, day, ..civil }, now)?, end))
}

/// A stamp without year and zone: the year in which it is not more than a day after `now`.
pub(super) fn with_year(mut civil: Civil, now: Option<Time>) -> Option<Stamp> {
    const DAY: i64 = 86_400_000_000_000;
    let now = now?;
    civil.year = time::year_of(now);
    let mut at = civil.time();
    if at.is_none_or(|at| at.0 > now.0.saturating_add(DAY)) {
        civil.year -= 1;
        at = civil.time().or(at);
    }
    Some(Stamp {
        time: at?,
        zoned: false,
        dated: false,
    })
}

/// A count of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size: each form stands for the years
/// 2001 to 5138.
pub(super) fn epoch(value: &[u8]) -> Option<Stamp> {
    let mut whole = 0i64;
    let mut length = 0;
    while let Some(digit) = value.get(length).filter(|byte| byte.is_ascii_digit()) {
        whole = whole.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
        length += 1;
    }
    let unit: i64 = match length {
        9..=11 => 1_000_000_000,
        12..=14 => 1_000_000,
        15..=17 => 1_000,
        18..=19 => 1,
        _ => return None,
    };
    let mut nanos = whole.checked_mul(unit)?;
    let mut scale = unit;
    let mut rest = &value[length..];
    if let Some(digits) = rest.strip_prefix(b".") {
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        for digit in &digits[..count] {
            scale /= 10;
            nanos = nanos.checked_add(i64::from(digit - b'0') * scale)?;
        }
        rest = &digits[count..];
    }
    rest.is_empty().then_some(Stamp {
        time: Time(nanos),
        zoned: true,
        dated: true,
    })
}

/// `1.7951668601234567e+09`, as zap writes large floats: seconds (or thousandths and so on) as a float.
fn float(value: &[u8]) -> Option<Stamp> {
    if value.len() > 32 || !value.contains(&b'e') && !value.contains(&b'E') {
        return None;
    }
    let number: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    let unit = match number {
        n if !(1e8..1e19).contains(&n) => return None,
        n if n < 1e11 => 1e9,
        n if n < 1e14 => 1e6,
        n if n < 1e17 => 1e3,
        _ => 1.0,
    };
    let nanos = number * unit;
    (nanos < 9.2e18).then_some(Stamp {
        #[expect(clippy::cast_possible_truncation, reason = "compared with the range just above")]
        time: Time(nanos as i64),
        zoned: true,
        dated: true,
    })
}
