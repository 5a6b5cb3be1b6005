//! Patterns of paths: `*` and `?` within a name, `**` for any number of directories.

/// Whether a path matches a pattern. Both have `/` between names. A pattern without `/` is about the last name.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains('/') {
        let name = path.rsplit('/').next().unwrap_or(path);
        return name_matches(pattern.as_bytes(), name.as_bytes());
    }
    let pattern: Vec<&str> = pattern.trim_start_matches("./").split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // `reach[p]`: the names so far match the first p parts of the pattern.
    let mut reach = vec![false; pattern.len() + 1];
    reach[0] = true;
    skip_stars(&pattern, &mut reach);
    for name in path {
        let mut next = vec![false; pattern.len() + 1];
        for (at, &part) in pattern.iter().enumerate().filter(|&(at, _)| reach[at]) {
            if part == "**" {
                next[at] = true;
            } else if name_matches(part.as_bytes(), name.as_bytes()) {
                next[at + 1] = true;
            }
        }
        skip_stars(&pattern, &mut next);
        reach = next;
    }
    reach[pattern.len()]
}

/// `**` may stand for nothing.
fn skip_stars(pattern: &[&str], reach: &mut [bool]) {
    for (at, part) in pattern.iter().enumerate() {
        if reach[at] && *part == "**" {
            reach[at + 1] = true;
        }
    }
}

fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to go back to: behind the last star, and the name from there.
    let mut back = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    (p, n) = (star, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("*_test.go", "a/b/x_test.go", true),
            ("*_test.go", "a/b/x.go", false),
            ("internal/**", "internal/a/b.go", true),
            ("internal/**", "x/internal/a.go", false),
            ("**/gen/*.go", "gen/a.go", true),
            ("**/gen/*.go", "a/b/gen/a.go", true),
            ("**/gen/*.go", "a/gen/b/a.go", false),
            ("a/?.go", "a/b.go", true),
            ("./a/*.go", "a/b.go", true),
            ("a*c*e", "abcde", true),
            ("a/**/b/**/c", "a/b/c", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
