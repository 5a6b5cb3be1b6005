//! Quoted text: interpreted and raw string literals, where a file is read without the lexer.

/// The string literal at the start of `text`: what it stands for, and how many bytes it takes. None if it does not end or holds an
/// escape that is not one.
pub(crate) fn literal(text: &[u8]) -> Option<(String, usize)> {
    match text.first()? {
        b'`' => {
            let end = memchr::memchr(b'`', &text[1..])? + 1;
            let inner = String::from_utf8_lossy(&text[1..end]);
            Some((inner.replace('\r', ""), end + 1))
        }
        b'"' => interpreted(text),
        _ => None,
    }
}

fn interpreted(text: &[u8]) -> Option<(String, usize)> {
    let mut value = Vec::new();
    let mut at = 1;
    loop {
        match *text.get(at)? {
            b'"' => return Some((String::from_utf8_lossy(&value).into_owned(), at + 1)),
            b'\n' => return None,
            b'\\' => at += escape(&text[at + 1..], &mut value)? + 1,
            byte => {
                value.push(byte);
                at += 1;
            }
        }
    }
}

/// Decodes what follows a backslash; returns how many bytes that was.
fn escape(text: &[u8], value: &mut Vec<u8>) -> Option<usize> {
    let digits = |from: usize, count: usize, radix: u32| -> Option<u32> {
        let digits = std::str::from_utf8(text.get(from..from + count)?).ok()?;
        // `from_str_radix` would take a sign.
        (digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(())?;
        u32::from_str_radix(digits, radix).ok()
    };
    let mut rune = |code: u32| {
        let mut buffer = [0; 4];
        value.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut buffer).as_bytes());
        Some(())
    };
    let simple = match *text.first()? {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'"' => b'"',
        b'x' => {
            value.push(digits(1, 2, 16)? as u8);
            return Some(3);
        }
        b'0'..=b'7' => {
            value.push(u8::try_from(digits(0, 3, 8)?).ok()?);
            return Some(3);
        }
        b'u' => {
            rune(digits(1, 4, 16)?)?;
            return Some(5);
        }
        b'U' => {
            rune(digits(1, 8, 16)?)?;
            return Some(9);
        }
        _ => return None,
    };
    value.push(simple);
    Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        for (text, value, length) in [
            (r#""a/b" c"#, "a/b", 5),
            (r#""\x66\155t\u00e4\U0001F600\"""#, "fmtä😀\"", 29),
            ("`a\\b\r\n`", "a\\b\n", 7),
            (r#""""#, "", 2),
        ] {
            assert_eq!(literal(text.as_bytes()), Some((value.to_owned(), length)), "{text}");
        }
        for bad in [
            "",
            "a",
            "\"",
            "\"a",
            "\"a\nb\"",
            "`a",
            r#""\q""#,
            r#""\x+1""#,
            r#""\400""#,
            r#""\ud800""#,
            r#""\"#,
        ] {
            assert_eq!(literal(bad.as_bytes()), None, "{bad}");
        }
    }
}
