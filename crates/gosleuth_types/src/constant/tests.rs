use gosleuth_syntax::ast::LiteralKind;

use super::*;
use crate::types::BasicKind;

fn int(text: &str) -> ConstValue {
    ConstValue::of_literal(LiteralKind::Int, text.as_bytes())
}

fn float(text: &str) -> ConstValue {
    ConstValue::of_literal(LiteralKind::Float, text.as_bytes())
}

fn string(text: &str) -> ConstValue {
    ConstValue::of_literal(LiteralKind::String, text.as_bytes())
}

fn char_value(text: &str) -> ConstValue {
    ConstValue::of_literal(LiteralKind::Char, text.as_bytes())
}

fn imag(text: &str) -> ConstValue {
    ConstValue::of_literal(LiteralKind::Imag, text.as_bytes())
}

#[test]
fn integer_literals_in_every_notation() {
    for (text, value) in [
        ("0", 0),
        ("42", 42),
        ("1_000", 1000),
        ("0x_Ff", 255),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),
        ("0_7", 7),
        ("9223372036854775807", i64::MAX),
    ] {
        assert_eq!(int(text), ConstValue::Int(value), "{text}");
    }
    assert_eq!(int("0xffff_ffff_ffff_ffff").to_string(), "18446744073709551615");
    assert_eq!(int("9223372036854775808").negate(), ConstValue::Int(i64::MIN));
    for text in ["", "0x", "08", "1a", "0b2"] {
        assert_eq!(int(text), ConstValue::Unknown, "{text}");
    }
}

#[test]
fn float_literals_are_exact() {
    for (text, value) in [
        ("1.5", "3/2"),
        ("0.1", "1/10"),
        (".25", "1/4"),
        ("2.", "2"),
        ("1e3", "1000"),
        ("1E-2", "1/100"),
        ("1_0.5e+1", "105"),
        ("0x1p-2", "1/4"),
        ("0x1.8p1", "3"),
        ("0X.8P0", "1/2"),
        ("089.5", "179/2"),
        ("0e99999999999999999999", "unknown"),
    ] {
        assert_eq!(float(text).to_string(), value, "{text}");
    }
    assert_eq!(float("1.0"), ConstValue::Int(1));
}

#[test]
fn imaginary_literals() {
    assert_eq!(imag("2i").to_string(), "(0 + 2i)");
    assert_eq!(imag("010i").to_string(), "(0 + 10i)");
    assert_eq!(imag("0x10i").to_string(), "(0 + 16i)");
    assert_eq!(imag("0x1p-1i").to_string(), "(0 + 1/2i)");
    assert_eq!(imag("1.5e1i").to_string(), "(0 + 15i)");
    assert_eq!(imag("0i"), ConstValue::Int(0));
}

#[test]
fn strings_and_runes() {
    assert_eq!(
        string(r#""a\n\x41\101\u00e4\"""#).as_bytes(),
        Some("a\nAAä\"".as_bytes())
    );
    assert_eq!(string(r#""\xff\377""#).as_bytes(), Some(&[255, 255][..]));
    assert_eq!(string("`a\\n\r\nb`").as_bytes(), Some(&b"a\\n\nb"[..]));
    for text in [r#""\q""#, r#""\x4""#, r#""\ud800""#, r#""\400""#, "\"abc", "\""] {
        assert_eq!(string(text), ConstValue::Unknown, "{text}");
    }
    for (text, value) in [
        ("'a'", 97),
        ("'ä'", 228),
        (r"'\n'", 10),
        (r"'\''", 39),
        (r"'\xff'", 255),
        (r"'\U0001F600'", 0x1f600),
    ] {
        assert_eq!(char_value(text), ConstValue::Int(value), "{text}");
    }
    for text in ["''", "'", r"'\'", r#"'\"'"#, r"'\U00110000'"] {
        assert_eq!(char_value(text), ConstValue::Unknown, "{text}");
    }
    assert_eq!(
        ConstValue::Int(0x20ac).rune_to_string().as_bytes(),
        Some("€".as_bytes())
    );
    assert_eq!(
        ConstValue::Int(0xd800).rune_to_string().as_bytes(),
        Some("\u{fffd}".as_bytes())
    );
    assert_eq!(
        ConstValue::Int(-1).rune_to_string().as_bytes(),
        Some("\u{fffd}".as_bytes())
    );
}

#[test]
fn arithmetic_is_exact_at_any_size() {
    let max = ConstValue::Int(i64::MAX);
    let more = ConstValue::binary(BinaryOp::Add, &max, &ConstValue::Int(1), true);
    assert_eq!(more.to_string(), "9223372036854775808");
    assert_eq!(ConstValue::binary(BinaryOp::Sub, &more, &ConstValue::Int(1), true), max);
    let third = ConstValue::binary(BinaryOp::Div, &ConstValue::Int(1), &ConstValue::Int(3), false);
    assert_eq!(third.to_string(), "1/3");
    assert_eq!(
        ConstValue::binary(BinaryOp::Mul, &third, &ConstValue::Int(3), false),
        ConstValue::Int(1)
    );
    let divide = |x, y| ConstValue::binary(BinaryOp::Div, &ConstValue::Int(x), &ConstValue::Int(y), true);
    assert_eq!(divide(-7, 2), ConstValue::Int(-3));
    assert_eq!(divide(1, 0), ConstValue::Unknown);
    assert_eq!(divide(i64::MIN, -1).to_string(), "9223372036854775808");
    let rem = |x, y| ConstValue::binary(BinaryOp::Rem, &ConstValue::Int(x), &ConstValue::Int(y), true);
    assert_eq!(rem(-7, 2), ConstValue::Int(-1));
    assert_eq!(rem(i64::MIN, -1), ConstValue::Int(0));
    let big = int("0x1_0000_0000_0000_0000");
    assert_eq!(
        ConstValue::binary(BinaryOp::AndNot, &big, &ConstValue::Int(1), true),
        big
    );
    assert_eq!(ConstValue::binary(BinaryOp::And, &big, &big.negate(), true), big);
}

#[test]
fn complex_arithmetic() {
    let x = ConstValue::make_complex(&ConstValue::Int(1), &ConstValue::Int(2));
    let y = ConstValue::make_complex(&ConstValue::Int(3), &ConstValue::Int(-1));
    let calculate = |op| ConstValue::binary(op, &x, &y, false).to_string();
    assert_eq!(calculate(BinaryOp::Add), "(4 + 1i)");
    assert_eq!(calculate(BinaryOp::Mul), "(5 + 5i)");
    assert_eq!(calculate(BinaryOp::Div), "(1/10 + 7/10i)");
    assert_eq!(ConstValue::binary(BinaryOp::Sub, &x, &x, false), ConstValue::Int(0));
    assert_eq!(ConstValue::compare(BinaryOp::Equal, &x, &x), Some(true));
    assert_eq!(ConstValue::compare(BinaryOp::Less, &x, &y), None);
    assert_eq!(
        ConstValue::binary(BinaryOp::Div, &x, &ConstValue::Int(0), false),
        ConstValue::Unknown
    );
}

#[test]
fn comparisons() {
    let half = float("0.5");
    assert_eq!(
        ConstValue::compare(BinaryOp::Less, &half, &ConstValue::Int(1)),
        Some(true)
    );
    assert_eq!(ConstValue::compare(BinaryOp::GreaterEqual, &half, &half), Some(true));
    assert_eq!(
        ConstValue::compare(BinaryOp::Less, &string("\"a\""), &string("\"b\"")),
        Some(true)
    );
    assert_eq!(
        ConstValue::compare(BinaryOp::NotEqual, &ConstValue::Bool(true), &ConstValue::Bool(false)),
        Some(true)
    );
    assert_eq!(ConstValue::compare(BinaryOp::Equal, &ConstValue::Unknown, &half), None);
}

#[test]
fn shifts_and_complements() {
    assert_eq!(ConstValue::Int(1).shift_left(10), ConstValue::Int(1024));
    assert_eq!(ConstValue::Int(1).shift_left(64).to_string(), "18446744073709551616");
    assert_eq!(ConstValue::Int(1).shift_left(64).shift_right(63), ConstValue::Int(2));
    assert_eq!(ConstValue::Int(-5).shift_right(1), ConstValue::Int(-3));
    assert_eq!(ConstValue::Int(-5).shift_right(u64::MAX), ConstValue::Int(-1));
    assert_eq!(ConstValue::Int(1).bit_not(None), ConstValue::Int(-2));
    assert_eq!(ConstValue::Int(1).bit_not(Some(8)), ConstValue::Int(254));
    assert_eq!(ConstValue::Int(0).bit_not(Some(64)).to_string(), u64::MAX.to_string());
}

#[test]
fn integers_fit_their_types() {
    let fits = |text: &str, kind| int(text).represent(kind, 8).is_some();
    assert!(fits("127", BasicKind::Int8) && !fits("128", BasicKind::Int8));
    assert!(fits("255", BasicKind::Uint8) && !fits("256", BasicKind::Uint8));
    assert!(fits("0xffffffffffffffff", BasicKind::Uint64) && !fits("0x10000000000000000", BasicKind::Uint64));
    assert!(!fits("0x8000000000000000", BasicKind::Int64));
    assert!(ConstValue::Int(-128).represent(BasicKind::Int8, 8).is_some());
    assert!(ConstValue::Int(-129).represent(BasicKind::Int8, 8).is_none());
    assert!(ConstValue::Int(-1).represent(BasicKind::Uint, 8).is_none());
    assert!(ConstValue::Int(1 << 31).represent(BasicKind::Int, 8).is_some());
    assert!(ConstValue::Int(1 << 31).represent(BasicKind::Int, 4).is_none());
    assert!(float("1.5").represent(BasicKind::Int, 8).is_none());
    assert!(float("2.0").represent(BasicKind::Int, 8).is_some());
    assert!(ConstValue::Bool(true).represent(BasicKind::Int, 8).is_none());
}

/// The value of a float of the machine, exactly.
fn exact(value: f64) -> ConstValue {
    BigRational::from_float(value).map_or(ConstValue::Unknown, ConstValue::ratio)
}

#[test]
fn floats_are_rounded_as_the_machine_does() {
    for text in [
        "0.1",
        "0.2",
        "3.14159265358979323846264338327950288419716939937510582097494459",
        "1e23",
        "9007199254740993.0",
        "9007199254740993.0000001",
        "9007199254740992.999",
        "1e308",
        "1.7976931348623157e308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-400",
        "2.2250738585072011e-308",
        "16777217.0",
        "16777219.0",
        "3.4028234663852886e38",
        "1.4e-45",
        "7e-46",
        "7.1e-46",
        "1e-7",
        "123456789.123456789",
    ] {
        let value = float(text);
        let double: f64 = text.parse().unwrap();
        assert_eq!(
            value.clone().represent(BasicKind::Float64, 8),
            Some(exact(double)),
            "{text}"
        );
        let single: f32 = text.parse().unwrap();
        let expected = single.is_finite().then(|| exact(f64::from(single)));
        assert_eq!(value.represent(BasicKind::Float32, 8), expected, "{text} as float32");
    }
    assert_eq!(float("1.8e308").represent(BasicKind::Float64, 8), None);
    assert_eq!(float("3.5e38").represent(BasicKind::Float32, 8), None);
    assert_eq!(
        int("0xffffffffffffffff").represent(BasicKind::Float64, 8),
        Some(exact(18446744073709551615.0))
    );
    assert_eq!(
        imag("0.1i")
            .represent(BasicKind::Complex64, 8)
            .map(|value| value.imag()),
        Some(exact(f64::from(0.1f32)))
    );
}

#[test]
fn hostile_constants_are_unknown_and_cheap() {
    assert_eq!(float("1e1000000000"), ConstValue::Unknown);
    assert_eq!(float("1e-1000000000"), ConstValue::Unknown);
    assert_eq!(float("0x1p99999999999999999999"), ConstValue::Unknown);
    assert_eq!(float("0e1000000000"), ConstValue::Int(0));
    assert_eq!(ConstValue::Int(1).shift_left(1_000_000_000), ConstValue::Unknown);
    assert_eq!(ConstValue::Int(0).shift_left(1_000_000_000), ConstValue::Int(0));
    assert_eq!(int(&"9".repeat(1_000_000)), ConstValue::Unknown);
    assert_eq!(int(&"0".repeat(1_000_000)), ConstValue::Int(0));
    assert_eq!(float(&format!("0.{}1", "0".repeat(1_000_000))), ConstValue::Unknown);
    let mut value = float("1.1");
    for _ in 0..100 {
        value = ConstValue::binary(BinaryOp::Mul, &value, &value, false);
    }
    assert_eq!(value, ConstValue::Unknown);
    let mut value = ConstValue::string(vec![b'a'; 1 << 20]);
    for _ in 0..100 {
        value = ConstValue::binary(BinaryOp::Add, &value, &value, false);
    }
    assert_eq!(value, ConstValue::Unknown);
}
