//! Time stamps of logs: RFC 3339 and the forms of journald, syslog and Go's `log`, as nanoseconds since the Unix epoch.
//!
//! Non-goals: no time zones by name, no locale, no clock. A stamp without a zone counts as UTC ("as written").

use crate::model::Time;

/// The broken-down fields of a stamp before they become a [`Time`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Civil {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub nanos: u32,
    /// Seconds east of UTC.
    pub offset: i32,
}

impl Civil {
    /// The instant, if every field is in range.
    pub(crate) fn time(self) -> Option<Time> {
        let days_in_month = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0) => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        // 60 is a leap second.
        if self.day == 0 || self.day > days_in_month || self.hour > 23 || self.minute > 59 || self.second > 60 {
            return None;
        }
        let seconds = days_from_civil(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour) * 3_600
            + i64::from(self.minute) * 60
            + i64::from(self.second)
            - i64::from(self.offset);
        let nanos = seconds.checked_mul(1_000_000_000)?;
        nanos.checked_add(i64::from(self.nanos)).map(Time)
    }
}

impl Time {
    /// ISO 8601 in UTC, whole seconds.
    pub fn iso_seconds(self) -> String {
        format!("{}Z", self.date_and_clock())
    }

    /// ISO 8601 in UTC, with a fraction only where there is one.
    pub fn iso(self) -> String {
        let fraction = match self.0.rem_euclid(1_000_000_000) {
            0 => String::new(),
            nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
        };
        format!("{}{fraction}Z", self.date_and_clock())
    }

    /// ISO 8601 in UTC, with milliseconds where there are any: what logs are read by.
    pub fn iso_millis(self) -> String {
        match self.0.rem_euclid(1_000_000_000) / 1_000_000 {
            0 => self.iso_seconds(),
            millis => format!("{}.{millis:03}Z", self.date_and_clock()),
        }
    }

    /// `09:27:40` in UTC.
    pub fn clock(self) -> String {
        let rest = self.0.div_euclid(1_000_000_000).rem_euclid(86_400);
        format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
    }

    fn date_and_clock(self) -> String {
        let seconds = self.0.div_euclid(1_000_000_000);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Civil date from days since 1970-01-01, years starting in March (proleptic Gregorian calendar).
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
        let month = if month_shifted < 10 {
            month_shifted + 3
        } else {
            month_shifted - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            rest / 3_600,
            rest / 60 % 60,
            rest % 60
        )
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (the era arithmetic starts years in March, so that the leap day
/// is the last of its year).
fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year of an instant, for stamps that leave it out.
pub(crate) fn year_of(time: Time) -> i32 {
    let days = time.0.div_euclid(86_400_000_000_000);
    let mut year = 1970 + i32::try_from(days / 365).unwrap_or(0);
    while days_from_civil(year, 1, 1) > days {
        year -= 1;
    }
    year
}

/// `DDDD…` of exactly `width` digits.
pub(crate) fn digits(bytes: &[u8], at: usize, width: usize) -> Option<u32> {
    let mut value = 0u32;
    for &byte in bytes.get(at..at + width)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(byte - b'0');
    }
    Some(value)
}

/// A stamp `YYYY-MM-DD(T| )HH:MM:SS[.fraction][Z|+hh:mm|+hhmm]` at the start of `bytes`, and its length. `separator` is the
/// byte between date and time, `dash` the one inside the date (`-`, or `/` in Go's `log`).
pub(crate) fn stamp(bytes: &[u8], dash: u8, separator: u8) -> Option<(Civil, usize)> {
    if bytes.len() < 19
        || bytes[4] != dash
        || bytes[7] != dash
        || bytes[10] != separator
        || bytes[13] != b':'
        || bytes[16] != b':'
    {
        return None;
    }
    let mut civil = Civil {
        year: i32::try_from(digits(bytes, 0, 4)?).ok()?,
        month: digits(bytes, 5, 2)?,
        day: digits(bytes, 8, 2)?,
        hour: digits(bytes, 11, 2)?,
        minute: digits(bytes, 14, 2)?,
        second: digits(bytes, 17, 2)?,
        ..Civil::default()
    };
    let mut at = 19;
    (civil.nanos, at) = fraction(bytes, at);
    (civil.offset, at) = zone(bytes, at);
    Some((civil, at))
}

/// The instant of a whole `YYYY-MM-DDTHH:MM:SS[.fraction]ZONE`.
pub(crate) fn rfc3339(text: &[u8]) -> Option<Time> {
    let (civil, end) = stamp(text, b'-', b'T')?;
    (end == text.len()).then(|| civil.time())?
}

/// `HH:MM:SS[.fraction]` at `at`; the fields and the position behind it.
pub(crate) fn clock(bytes: &[u8], at: usize) -> Option<(Civil, usize)> {
    if bytes.get(at + 2) != Some(&b':') || bytes.get(at + 5) != Some(&b':') {
        return None;
    }
    let mut civil = Civil {
        hour: digits(bytes, at, 2)?,
        minute: digits(bytes, at + 3, 2)?,
        second: digits(bytes, at + 6, 2)?,
        ..Civil::default()
    };
    let end;
    (civil.nanos, end) = fraction(bytes, at + 8);
    Some((civil, end))
}

/// `.123456789` or `,123`: nanoseconds (more digits are cut) and the position behind it.
fn fraction(bytes: &[u8], at: usize) -> (u32, usize) {
    if !matches!(bytes.get(at), Some(b'.' | b',')) {
        return (0, at);
    }
    let mut end = at + 1;
    let mut nanos = 0u32;
    let mut scale = 100_000_000;
    while let Some(byte) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
        nanos += u32::from(byte - b'0') * scale;
        scale /= 10;
        end += 1;
    }
    if end == at + 1 { (0, at) } else { (nanos, end) }
}

/// `Z`, `+hh:mm`, `+hhmm`: seconds east and the position behind it. Nothing there is UTC.
fn zone(bytes: &[u8], at: usize) -> (i32, usize) {
    let sign = match bytes.get(at) {
        Some(b'Z') => return (0, at + 1),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return (0, at),
    };
    let Some(hours) = digits(bytes, at + 1, 2) else {
        return (0, at);
    };
    let colon = usize::from(bytes.get(at + 3) == Some(&b':'));
    let Some(minutes) = digits(bytes, at + 3 + colon, 2) else {
        return (0, at);
    };
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).unwrap_or(0);
    (sign * seconds, at + 5 + colon)
}

/// The number of a month by its first three letters, English as journald and syslog write it.
pub(crate) fn month(name: &[u8]) -> Option<u32> {
    const NAMES: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let at = NAMES.chunks_exact(3).position(|known| known == name)?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc3339(text: &str) -> Option<i64> {
        super::rfc3339(text.as_bytes()).map(|time| time.0)
    }

    #[test]
    fn rfc3339_stamps() {
        assert_eq!(rfc3339("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(
            rfc3339("2026-11-20T09:27:40.123456789Z"),
            Some(1_795_166_860_123_456_789)
        );
        assert_eq!(rfc3339("2026-11-20T10:27:40+01:00"), Some(1_795_166_860_000_000_000));
        assert_eq!(rfc3339("2026-11-20T08:57:40-0030"), Some(1_795_166_860_000_000_000));
        assert_eq!(rfc3339("2000-02-29T12:00:00Z"), Some(951_825_600_000_000_000));
        assert_eq!(rfc3339("1969-12-31T23:59:59Z"), Some(-1_000_000_000));
        assert_eq!(rfc3339("2026-02-29T12:00:00Z"), None, "no leap year");
        assert_eq!(rfc3339("2026-13-01T12:00:00Z"), None);
        assert_eq!(stamp(b"2026-11-2", b'-', b'T'), None);
    }

    #[test]
    fn years_and_months() {
        assert_eq!(year_of(Time(1_795_166_860_000_000_000)), 2026);
        assert_eq!(year_of(Time(0)), 1970);
        assert_eq!(year_of(Time(-1)), 1969);
        assert_eq!(month(b"Nov"), Some(11));
        assert_eq!(month(b"nov"), None);
        // "ovD" stands in the table of names, but not at a month.
        assert_eq!(month(b"ovD"), None);
    }
}
